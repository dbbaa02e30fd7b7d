/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-request.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SpHttpRequest http;
  SpMmshRequest request;
  gsize used;
  guint status;
  const char *why;

  if (sp_http_request_parse (&http, data, size, &used, &status, &why)
      != SP_HTTP_READY)
    return 0;
  sp_mmsh_request_read (&request, &http);
  if (request.kind > SP_MMSH_BAD || request.agent > SP_AGENT_OTHER
      || request.n_switches > SP_MMSH_MAX_SWITCHES
      || memchr (request.client_guid, '\0', sizeof request.client_guid) == NULL
      || (request.push_id != NULL
          && (request.push_id[0] == '\0' || strlen (request.push_id) > 255))
      || (request.log_line != NULL
          && !g_utf8_validate (request.log_line, -1, NULL)))
    g_abort ();
  sp_mmsh_request_clear (&request);
  sp_http_request_clear (&http);
  return 0;
}
