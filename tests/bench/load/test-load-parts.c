/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "sp-load-options.h"
#include "sp-load-plot.h"
#include "sp-load-process.h"
#include "sp-test.h"

typedef struct
{
  const char *name;
  const char *text;
  guint n; /* 0: an error */
  guint turn;
  const char *address; /* of that turn */
} FromRow;

static const FromRow from_rows[] = {
  { "one", "127.1.0.1", 1, 5, "127.1.0.1" },
  { "prefix", "127.1.0.254/24", 256, 3, "127.1.1.1" },
  { "turns", "10.0.0.0/31", 2, 3, "10.0.0.1" },
  { "many", "127.1.0.1/8", 65536, 65535, "127.2.0.0" },
  { "six", "fd00::ff/64", 65536, 1, "fd00::100" },
  { "no-address", "localhost", 0, 0, NULL },
  { "no-prefix", "127.1.0.1/x", 0, 0, NULL },
  { "long-prefix", "127.1.0.1/33", 0, 0, NULL },
  { "empty", "", 0, 0, NULL },
};

static void
test_from (gconstpointer data)
{
  const FromRow *row = data;
  SpLoadFrom from = { 0 };
  struct sockaddr_storage native;
  g_autoptr (GSocketAddress) address = NULL;
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  socklen_t len;

  g_assert_cmpint (
      sp_load_from_parse (&from, row->text, &error), ==, row->n > 0);
  if (row->n == 0)
    {
      g_assert_nonnull (error);
      return;
    }
  g_assert_cmpuint (from.n_addresses, ==, row->n);
  len = sp_load_from_address (&from, row->turn, &native);
  address = g_socket_address_new_from_native (&native, len);
  text = g_inet_address_to_string (
      g_inet_socket_address_get_address (G_INET_SOCKET_ADDRESS (address)));
  g_assert_cmpstr (text, ==, row->address);
  sp_load_from_clear (&from);
}

typedef struct
{
  const char *name;
  const char *url;
  const char *authority; /* NULL: an error */
  const char *path;
} UrlRow;

static const UrlRow url_rows[] = {
  { "plain",
    "http://127.0.0.1:8086/streams/a?b=c",
    "127.0.0.1:8086",
    "/streams/a?b=c" },
  { "port-80", "http://127.0.0.1", "127.0.0.1:80", "/" },
  { "port-443", "HTTPS://127.0.0.1/x", "127.0.0.1:443", "/x" },
  { "six", "http://[::1]:1/", "[::1]:1", "/" },
  { "no-scheme", "127.0.0.1:8086", NULL, NULL },
  { "other-scheme", "mms://127.0.0.1/x", NULL, NULL },
  { "no-host", "http:///x", NULL, NULL },
};

static void
test_url (gconstpointer data)
{
  const UrlRow *row = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SpLoadTarget) target = sp_load_target_new (row->url, &error);

  g_assert_cmpint (target != NULL, ==, row->authority != NULL);
  g_assert_cmpint (error == NULL, ==, row->authority != NULL);
  if (target == NULL)
    return;
  g_assert_cmpstr (target->authority, ==, row->authority);
  g_assert_cmpstr (target->path, ==, row->path);
  g_assert_true (target->is_loopback);
}

typedef struct
{
  const char *name;
  const char *line;
  const char *error; /* a part of it; NULL: none */
} OptionRow;

static const OptionRow option_rows[] = {
  { "plain", "http://h/a", NULL },
  { "all",
    "-n 5 --seconds 1.5 --ramp 7 --churn 2 --slow 10 --pid 1 http://h/",
    NULL },
  { "no-url", "-n 5", "which URL" },
  { "viewers", "-n -1 http://h/", "--viewers -1" },
  { "ramp", "--ramp 0 http://h/", "--ramp 0" },
  { "slow", "--slow 101 http://h/", "--slow 101" },
  { "pid", "--pid x http://h/", "--pid 'x'" },
  { "framing", "--framing xml http://h/", "--framing 'xml'" },
  { "from", "--from x http://h/", "'x' is no address" },
  { "packet", "--push --packet-size 63 http://h/", "--packet-size 63" },
  { "push-two", "--push http://h/ http://g/", "--push wants one URL" },
  { "push-streams", "--push --streams 3 http://h/", "--push wants one URL" },
  { "push-many", "--push --streams 3 http://h/%u", NULL },
  { "unknown", "--vewers 3 http://h/", "vewers" },
};

static void
test_options (gconstpointer data)
{
  const OptionRow *row = data;
  g_autofree char *line = g_strconcat ("program ", row->line, NULL);
  g_autofree char **argv = NULL;
  char **all;
  char **rest;
  int argc;
  SpLoadOptions options;
  g_autoptr (GError) error = NULL;

  g_assert_true (g_shell_parse_argv (line, &argc, &all, NULL));
  argv = g_memdup2 (all, sizeof (char *) * ((gsize)argc + 1));
  rest = argv;
  g_assert_cmpint (sp_load_options_parse (&options, &argc, &rest, &error),
                   ==,
                   row->error == NULL);
  if (row->error != NULL)
    g_assert_nonnull (strstr (error->message, row->error));
  sp_load_options_clear (&options);
  g_strfreev (all);
}

static void
test_streams (void)
{
  char *arguments[] = { (char *)"program",
                        (char *)"--streams",
                        (char *)"2",
                        (char *)"http://h/s%u_push",
                        NULL };
  char **argv = arguments;
  int argc = 4;
  SpLoadOptions options;

  g_assert_true (sp_load_options_parse (&options, &argc, &argv, NULL));
  g_assert_cmpuint (options.urls->len, ==, 2);
  g_assert_cmpstr (options.urls->pdata[1], ==, "http://h/s1_push");
  sp_load_options_clear (&options);
}

static void
test_process (void)
{
  const pid_t own = getpid ();
  const pid_t nobody = G_MAXINT32;
  SpLoadProcess process;
  SpLoadProcess twice;
  const pid_t both[] = { own, own };
  g_autoptr (GError) error = NULL;

  sp_load_process_read (&process, &own, 1, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (process.memory_kib, >, 0);
  g_assert_cmpuint (process.descriptors, >=, 3);
  g_assert_true (sp_load_process_read (&twice, both, 2, NULL));
  g_assert_cmpuint (twice.descriptors, >, process.descriptors);
  g_assert_false (sp_load_process_read (&process, &nobody, 1, &error));
  g_assert_nonnull (error);
}

/* A name that ends the quotes must not become an order to gnuplot. */
static void
test_plot (void)
{
  SpLoadOptions options = { .n_viewers = 7 };
  SpLoadResult result = { 0 };
  const double mbps = 12.5;
  g_autofree char *script = NULL;

  for (guint i = 0; i < SP_LOAD_N_KINDS; i++)
    result.tallies[i] = sp_load_tally_new ();
  result.mbps = g_array_new (FALSE, FALSE, sizeof (double));
  g_array_append_val (result.mbps, mbps);
  sp_histogram_add (result.tallies[SP_LOAD_GOOD]->late, 50000);
  script = sp_load_plot_script (&options, &result, "a'; system 'x");
  g_assert_nonnull (strstr (script, "set output 'a''; system ''x'\n"));
  g_assert_nonnull (strstr (script, "$good << END\n50.0000 100.0000\nEND\n"));
  g_assert_nonnull (strstr (script, "$rate << END\n1.0000 12.5000\nEND\n"));
  g_assert_null (strstr (script, "plot $slow"));
  for (guint i = 0; i < SP_LOAD_N_KINDS; i++)
    sp_load_tally_free (result.tallies[i]);
  g_array_unref (result.mbps);
}

#define ADD_ROWS(path, rows, function)                                         \
  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)                              \
    {                                                                          \
      g_autofree char *name = g_strconcat (path, rows[i].name, NULL);          \
                                                                               \
      g_test_add_data_func (name, &rows[i], function);                         \
    }

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  ADD_ROWS ("/load-from/", from_rows, test_from);
  ADD_ROWS ("/load-target/", url_rows, test_url);
  ADD_ROWS ("/load-options/", option_rows, test_options);
  g_test_add_func ("/load-options/streams-are-urls", test_streams);
  g_test_add_func ("/load-process/own-and-none", test_process);
  g_test_add_func ("/load-plot/quotes-stay-quotes", test_plot);
  return g_test_run ();
}
