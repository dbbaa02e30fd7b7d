/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-request.h"

#include "sp-test.h"

#include <string.h>

static void
parse (SpHttpRequest *request, const char *text)
{
  gsize used;
  guint status;
  const char *why;

  g_assert_cmpint (
      sp_http_request_parse (
          request, (const guint8 *)text, strlen (text), &used, &status, &why),
      ==,
      SP_HTTP_READY);
}

static void
test_first_value (void)
{
  SpHttpRequest request;

  parse (&request,
         "GET / HTTP/1.1\r\nX-a: 1\r\nHost: h\r\nx-A: 2\r\n"
         "User-Agent: one\r\nUser-Agent: two\r\n\r\n");
  g_assert_cmpstr (sp_http_request_header (&request, "X-A"), ==, "1");
  g_assert_cmpstr (sp_http_request_header (&request, "user-agent"), ==, "one");
  g_assert_null (sp_http_request_header (&request, "X"));
  sp_http_request_clear (&request);
  g_assert_null (sp_http_request_header (&request, "X-A"));
}

static void
test_clear_twice (void)
{
  SpHttpRequest request;

  parse (&request, "GET /a?b HTTP/1.1\r\nHost: h\r\n\r\n");
  sp_http_request_clear (&request);
  sp_http_request_clear (&request);
  g_assert_null (request.path);
}

typedef struct
{
  const char *name;
  const char *query; /* NULL: none */
  const char *value; /* of "id" */
} QueryRow;

static const QueryRow query_rows[] = {
  { "none", NULL, NULL },
  { "empty", "", NULL },
  { "other", "x=1", NULL },
  { "only", "id=7", "7" },
  { "first", "id=7&x=1", "7" },
  { "last", "x=1&id=7", "7" },
  { "first-of-two", "id=7&id=8", "7" },
  { "after-one-without-value", "x&id=7", "7" },
  { "after-a-broken-one", "x=%zz&%zz=1&id=7", "7" },
  { "without-value", "id", "" },
  { "empty-value", "id=&x", "" },
  { "value-with-equals", "id=a=b", "a=b" },
  { "escaped", "id=%41%26+%2b", "A& +" },
  { "escaped-name", "i%64=7", "7" },
  { "utf8", "id=%c3%a9", "\xc3\xa9" },
  { "broken", "id=%zz", NULL },
  { "cut-off", "id=%4", NULL },
  { "nul", "id=%00", NULL },
  { "line-end", "id=%0a", NULL },
  { "no-utf8", "id=%ff", NULL },
  { "name-is-longer", "idx=1&xid=2", NULL },
  { "names-have-case", "ID=7", NULL },
};

static void
test_query (gconstpointer user_data)
{
  const QueryRow *row = user_data;
  g_autofree char *text
      = g_strdup_printf ("GET /a%s%s HTTP/1.0\r\n\r\n",
                         row->query != NULL ? "?" : "",
                         row->query != NULL ? row->query : "");
  g_autofree char *value = NULL;
  SpHttpRequest request;

  parse (&request, text);
  g_assert_cmpstr (request.query, ==, row->query);
  value = sp_http_request_query (&request, "id");
  g_assert_cmpstr (value, ==, row->value);
  sp_http_request_clear (&request);
}

typedef struct
{
  const char *name;
  const char *header;
  gboolean is_type; /* of application/x-b */
} TypeRow;

static const TypeRow type_rows[] = {
  { "none", "", FALSE },
  { "same", "Content-Type: application/x-b\r\n", TRUE },
  { "case", "content-type:APPLICATION/X-B\r\n", TRUE },
  { "parameter", "Content-Type: application/x-b;charset=UTF-8\r\n", TRUE },
  { "blank-parameter", "Content-Type: application/x-b ; a=b\r\n", TRUE },
  { "longer", "Content-Type: application/x-bc\r\n", FALSE },
  { "shorter", "Content-Type: application/x-\r\n", FALSE },
  { "two-words", "Content-Type: application/x-b c\r\n", FALSE },
  { "empty", "Content-Type:\r\n", FALSE },
};

static void
test_type (gconstpointer user_data)
{
  const TypeRow *row = user_data;
  g_autofree char *text
      = g_strdup_printf ("POST /a HTTP/1.0\r\n%s\r\n", row->header);
  SpHttpRequest request;

  parse (&request, text);
  g_assert_cmpint (
      sp_http_request_is_type (&request, "application/x-b"), ==, row->is_type);
  sp_http_request_clear (&request);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/http-request/header/first-value", test_first_value);
  g_test_add_func ("/http-request/clear/twice", test_clear_twice);
  for (gsize i = 0; i < G_N_ELEMENTS (query_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/http-request/query/", query_rows[i].name, NULL);

      g_test_add_data_func (path, &query_rows[i], test_query);
    }
  for (gsize i = 0; i < G_N_ELEMENTS (type_rows); i++)
    {
      g_autofree char *path
          = g_strconcat ("/http-request/type/", type_rows[i].name, NULL);

      g_test_add_data_func (path, &type_rows[i], test_type);
    }
  return g_test_run ();
}
