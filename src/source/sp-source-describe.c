/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-source-describe.h"

#include "sp-pull-uri.h"
#include "sp-stream-sources.h"

static char *
push_url (SpStream *stream)
{
  g_autofree char *path
      = g_uri_escape_string (sp_stream_path (stream), "/", FALSE);

  return g_strdup_printf ("/streams/%s_push", path);
}

/* User and password are no part of the URI; a query may be a password of
 * sorts. What is not ASCII, as in a host's name, is escaped as well. */
static char *
pull_url (const SpSourceConfig *config)
{
  g_autoptr (GUri) uri = sp_pull_uri (config, NULL);
  g_autofree char *text = uri != NULL
                              ? g_uri_to_string_partial (uri, G_URI_HIDE_QUERY)
                              : g_strdup (config->host);

  return g_uri_escape_string (text, "/?:@!$&'()*+,;=%[]#", FALSE);
}

/** sp_source_describe_file: of a path only the last part is told. */
void
sp_source_describe_file (SpStream *stream, guint rank, const char *name)
{
  g_autofree char *base = g_path_get_basename (name);
  g_autofree char *url = g_uri_escape_string (base, NULL, FALSE);

  sp_stream_source_describe (stream, rank, "file", url);
}

static void
describe (SpStream *stream, guint rank, const SpSourceConfig *config)
{
  g_autofree char *url = NULL;

  switch (config->type)
    {
    case SP_SOURCE_MMSH_PULL:
      url = config->host != NULL ? pull_url (config) : NULL;
      sp_stream_source_describe (stream, rank, "mmsh_pull", url);
      return;
    case SP_SOURCE_MMSH_PUSH:
      url = push_url (stream);
      sp_stream_source_describe (stream, rank, "mmsh_push", url);
      return;
    case SP_SOURCE_FILE:
      sp_source_describe_file (stream, rank, config->file);
      return;
    }
}

void
sp_source_describe (SpStream *stream, GPtrArray *sources)
{
  for (guint rank = 0; rank < sources->len; rank++)
    describe (stream, rank, g_ptr_array_index (sources, rank));
}
