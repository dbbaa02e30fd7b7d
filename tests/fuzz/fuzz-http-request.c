/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-http-request.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

static SpHttpVerdict
parse (const guint8 *data, gsize len, gsize *used, guint *status)
{
  SpHttpRequest request;
  const char *why = NULL;
  SpHttpVerdict verdict
      = sp_http_request_parse (&request, data, len, used, status, &why);

  g_free (sp_http_request_query (&request, "id"));
  if (verdict == SP_HTTP_READY
      && (*used > len || !g_utf8_validate (request.path, -1, NULL)))
    g_abort ();
  if ((verdict == SP_HTTP_BAD) != (why != NULL))
    g_abort ();
  (void)sp_http_request_is_type (&request, "text/plain");
  sp_http_request_clear (&request);
  return verdict;
}

/* Once a verdict is there, more bytes do not change it. */
int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  gsize used = 0;
  guint status = 0;
  SpHttpVerdict whole = parse (data, size, &used, &status);
  gsize step = size / 64 + 1;

  for (gsize len = size % step; len < size; len += step)
    {
      gsize used_here = 0;
      guint status_here = 0;
      SpHttpVerdict verdict = parse (data, len, &used_here, &status_here);

      if (verdict != SP_HTTP_MORE
          && (verdict != whole || used_here != used || status_here != status))
        g_abort ();
    }
  return 0;
}
