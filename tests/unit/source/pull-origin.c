/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "pull-origin.h"

#include "sp-mmsh-wire.h"

#include <string.h>

#define RETRY_MS 20
#define STEP_US 100000 /* of the fake clock, each time the test looks */

/** One connection. */
typedef struct
{
  Origin *origin;
  GSocketConnection *connection;
  GIOStream *stream; /* that, or TLS on it */
  GCancellable *cancellable;
  GString *head;
  char buffer[4096];
} Link;

guint n_warnings;
char *last_warning;

static GLogWriterOutput
on_log (GLogLevelFlags level,
        const GLogField *fields,
        gsize n_fields,
        gpointer user_data)
{
  if ((level & G_LOG_LEVEL_WARNING) == 0)
    return g_log_writer_default (level, fields, n_fields, user_data);
  n_warnings++;
  for (gsize i = 0; i < n_fields; i++)
    if (g_str_equal (fields[i].key, "MESSAGE"))
      {
        g_free (last_warning);
        last_warning = g_strdup (fields[i].value);
      }
  return G_LOG_WRITER_HANDLED;
}

void
pull_init (int *argc, char ***argv)
{
  sp_test_init (argc, argv);
  g_log_set_writer_func (on_log, NULL, NULL);
}

static void
link_free (gpointer data)
{
  Link *link = data;

  g_cancellable_cancel (link->cancellable);
  /* Not the stream: TLS would wait for a handshake that is under way. */
  g_socket_close (g_socket_connection_get_socket (link->connection), NULL);
  g_object_unref (link->stream);
  g_object_unref (link->connection);
  g_object_unref (link->cancellable);
  g_string_free (link->head, TRUE);
  g_free (link);
}

/** An answer that is on its way. */
typedef struct
{
  Link *link;
  GByteArray *bytes;
  gboolean stays;
} Answer;

static void
on_written (GObject *source, GAsyncResult *result, gpointer user_data)
{
  Answer *answer = user_data;

  if (g_output_stream_write_all_finish (
          G_OUTPUT_STREAM (source), result, NULL, NULL)
      && !answer->stays)
    g_socket_shutdown (
        g_socket_connection_get_socket (answer->link->connection),
        FALSE,
        TRUE,
        NULL);
  g_byte_array_unref (answer->bytes);
  g_free (answer);
}

static void
respond (Link *link)
{
  Origin *origin = link->origin;
  Answer *answer = g_new0 (Answer, 1);

  g_ptr_array_add (origin->heads, g_strdup (link->head->str));
  answer->link = link;
  answer->bytes = origin->answer (origin, link->head->str, &answer->stays);
  if (answer->bytes == NULL)
    answer->bytes = g_byte_array_new ();
  g_string_set_size (link->head, 0);
  g_output_stream_write_all_async (g_io_stream_get_output_stream (link->stream),
                                   answer->bytes->data,
                                   answer->bytes->len,
                                   G_PRIORITY_DEFAULT,
                                   link->cancellable,
                                   on_written,
                                   answer);
}

static void read_more (Link *link);

static void
on_read (GObject *source, GAsyncResult *result, gpointer user_data)
{
  g_autoptr (GError) error = NULL;
  gssize len
      = g_input_stream_read_finish (G_INPUT_STREAM (source), result, &error);
  Link *link = user_data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return;
  if (len <= 0)
    {
      g_ptr_array_remove_fast (link->origin->links, link);
      return;
    }
  g_string_append_len (link->head, link->buffer, len);
  if (g_str_has_suffix (link->head->str, "\r\n\r\n"))
    respond (link);
  read_more (link);
}

static void
read_more (Link *link)
{
  g_input_stream_read_async (g_io_stream_get_input_stream (link->stream),
                             link->buffer,
                             sizeof link->buffer,
                             G_PRIORITY_DEFAULT,
                             link->cancellable,
                             on_read,
                             link);
}

static gboolean
on_incoming (GSocketService *service,
             GSocketConnection *connection,
             GObject *source,
             gpointer user_data)
{
  Origin *origin = user_data;
  Link *link = g_new0 (Link, 1);

  link->origin = origin;
  link->connection = g_object_ref (connection);
  link->cancellable = g_cancellable_new ();
  link->head = g_string_new (NULL);
  link->stream = origin->certificate == NULL
                     ? g_object_ref (G_IO_STREAM (connection))
                     : g_tls_server_connection_new (
                         G_IO_STREAM (connection), origin->certificate, NULL);
  g_ptr_array_add (origin->links, link);
  read_more (link);
  return TRUE;
}

Origin *
origin_new (void)
{
  Origin *origin = g_new0 (Origin, 1);
  g_autoptr (GSocketAddress) any
      = g_inet_socket_address_new_from_string ("127.0.0.1", 0);
  g_autoptr (GSocketAddress) bound = NULL;
  g_autoptr (GError) error = NULL;

  origin->service = g_socket_service_new ();
  g_socket_listener_add_address (G_SOCKET_LISTENER (origin->service),
                                 any,
                                 G_SOCKET_TYPE_STREAM,
                                 G_SOCKET_PROTOCOL_TCP,
                                 NULL,
                                 &bound,
                                 &error);
  g_assert_no_error (error);
  origin->port = g_inet_socket_address_get_port (G_INET_SOCKET_ADDRESS (bound));
  origin->heads = g_ptr_array_new_with_free_func (g_free);
  origin->links = g_ptr_array_new_with_free_func (link_free);
  origin->answer = answer_well;
  g_signal_connect (
      origin->service, "incoming", G_CALLBACK (on_incoming), origin);
  return origin;
}

void
origin_free (Origin *origin)
{
  for (guint i = 0; i < origin->links->len; i++)
    g_cancellable_cancel (((Link *)origin->links->pdata[i])->cancellable);
  g_socket_service_stop (origin->service);
  g_socket_listener_close (G_SOCKET_LISTENER (origin->service));
  settle ();
  g_object_unref (origin->service);
  g_ptr_array_unref (origin->links);
  g_ptr_array_unref (origin->heads);
  g_clear_object (&origin->certificate);
  g_free (origin);
}

void
set_up (Fixture *fixture, gconstpointer user_data)
{
  const SpStreamPolicy policy
      = { .is_enabled = TRUE, .n_sources = 1, .slow_viewer_ms = 3600 * 1000 };
  SpLaneHost host = { 0 };

  n_warnings = 0;
  fixture->origin = origin_new ();
  fixture->mailbox = sp_mailbox_new ();
  host.mailbox = fixture->mailbox;
  fixture->stream = sp_stream_new ("Live", "live", &policy, &host, 1);
  fixture->packets
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_packet_unref);
  fixture->context.pump_id = g_strdup ("this-pump");
  fixture->config = (SpSourceConfig){ .type = SP_SOURCE_MMSH_PULL,
                                      .host = (char *)"127.0.0.1",
                                      .port = fixture->origin->port,
                                      .path = (char *)"/live",
                                      .connect_ms = 10000,
                                      .stall_ms = 10000,
                                      .retry_ms = RETRY_MS };
}

void
tear_down (Fixture *fixture, gconstpointer user_data)
{
  stop (fixture);
  g_clear_handle_id (&fixture->turn_id, g_source_remove);
  settle ();
  origin_free (fixture->origin);
  sp_mailbox_drain (fixture->mailbox);
  sp_stream_unref (fixture->stream);
  sp_mailbox_free (fixture->mailbox);
  g_ptr_array_unref (fixture->packets);
  g_clear_object (&fixture->context.proxy);
  g_free (fixture->context.pump_id);
  g_clear_pointer (&last_warning, g_free);
  sp_clock_set_fake (-1);
}

/* Of the configuration and its strings nothing is left when it returns. */
void
start (Fixture *fixture)
{
  SpSourceConfig *config = g_memdup2 (&fixture->config, sizeof *config);

  config->host = g_strdup (config->host);
  config->path = g_strdup (config->path);
  fixture->source = sp_pull_new (config, fixture->stream, 0, &fixture->context);
  g_free (config->host);
  g_free (config->path);
  g_free (config);
}

void
stop (Fixture *fixture)
{
  g_clear_pointer (&fixture->source, sp_source_free);
}

void
settle (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

void
add_text (GByteArray *bytes, const char *text)
{
  g_byte_array_append (bytes, (const guint8 *)text, (guint)strlen (text));
}

GByteArray *
answer_text (const char *text)
{
  GByteArray *bytes = g_byte_array_new ();

  add_text (bytes, text);
  return bytes;
}

GByteArray *
answer_ok (const char *more)
{
  GByteArray *bytes
      = answer_text ("HTTP/1.0 200 OK\r\nServer: Rex/12.0.7600.16385\r\n"
                     "Pragma: no-cache, client-id=-77\r\n"
                     "Pragma: features=\"broadcast,client-id=5\"\r\n"
                     "Content-Type: application/x-mms-framed\r\n");

  if (more != NULL)
    add_text (bytes, more);
  add_text (bytes, "\r\n");
  return bytes;
}

void
add_captured_header (GByteArray *bytes)
{
  g_autoptr (GBytes) header = sp_test_data ("ee4-to-wmp9-header.bin");

  /* The capture begins with its framing header and preheader. */
  g_byte_array_append (
      bytes, g_bytes_get_data (header, NULL), (guint)g_bytes_get_size (header));
}

void
add_dummy_header (GByteArray *bytes, guint8 byte)
{
  guint8 header[5];

  memset (header, byte, sizeof header);
  sp_mmsh_append_header (bytes, header, sizeof header);
}

void
add_data (GByteArray *bytes, guint8 byte)
{
  guint8 head[SP_MMSH_FRAMING_LEN + SP_MMSH_PREHEADER_LEN];
  guint8 payload[50];
  guint len = sp_mmsh_write_data_head (
      head, SP_MMSH_DATA, byte, 0, byte, sizeof payload);

  memset (payload, byte, sizeof payload);
  g_byte_array_append (bytes, head, len);
  g_byte_array_append (bytes, payload, sizeof payload);
}

void
add_reason (GByteArray *bytes, guint8 type, guint32 reason)
{
  guint8 out[8];

  g_byte_array_append (bytes, out, sp_mmsh_write_reason (out, type, reason));
}

gboolean
is_play (const char *head)
{
  return strstr (head, PLAY) != NULL;
}

GByteArray *
answer_well (Origin *origin, const char *head, gboolean *stays)
{
  GByteArray *bytes = answer_ok (NULL);

  add_dummy_header (bytes, 'h');
  *stays = is_play (head);
  for (guint8 i = 1; *stays && i <= 3; i++)
    add_data (bytes, i);
  return bytes;
}

const char *
head_at (Fixture *fixture, guint index)
{
  g_assert_cmpuint (index, <, fixture->origin->heads->len);
  return fixture->origin->heads->pdata[index];
}

/* What has come since; the clock goes on a little if it is ours. */
static void
collect (Fixture *fixture)
{
  SpLane *lane = sp_stream_lane (fixture->stream, 0);

  sp_mailbox_drain (fixture->mailbox);
  for (; fixture->seen < sp_ring_end (lane->ring); fixture->seen++)
    g_ptr_array_add (fixture->packets,
                     sp_packet_ref (sp_ring_get (lane->ring, fixture->seen)));
  if (fixture->now_us == 0)
    return;
  fixture->now_us += STEP_US;
  sp_clock_set_fake (fixture->now_us);
}

static gboolean
has_packets (gpointer user_data)
{
  Fixture *fixture = user_data;

  collect (fixture);
  return fixture->packets->len >= fixture->wanted;
}

void
wait_packets (Fixture *fixture, guint n)
{
  fixture->wanted = n;
  sp_test_wait (NULL, has_packets, fixture, DEADLINE_S);
}

static gboolean
has_requests (gpointer user_data)
{
  Fixture *fixture = user_data;

  collect (fixture);
  return fixture->origin->heads->len >= fixture->wanted;
}

void
wait_requests (Fixture *fixture, guint n)
{
  fixture->wanted = n;
  sp_test_wait (NULL, has_requests, fixture, DEADLINE_S);
}

static gboolean
has_error (gpointer user_data)
{
  Fixture *fixture = user_data;
  g_autofree char *why = sp_stream_why_not (fixture->stream);

  collect (fixture);
  return strstr (why, fixture->wanted_text) != NULL;
}

void
wait_error (Fixture *fixture, const char *text)
{
  fixture->wanted_text = text;
  sp_test_wait (NULL, has_error, fixture, DEADLINE_S);
}

static gboolean
has_no_links (gpointer user_data)
{
  Fixture *fixture = user_data;

  return fixture->origin->links->len == 0;
}

void
wait_no_links (Fixture *fixture)
{
  sp_test_wait (NULL, has_no_links, fixture, DEADLINE_S);
}

guint64
counted (Fixture *fixture, SpStreamCounter counter)
{
  g_autoptr (SpStreamInfo) info
      = sp_stream_info (fixture->stream, sp_clock_now_us ());

  return info->counters.value[counter];
}

static SpPacket *
packet_at (Fixture *fixture, guint index)
{
  g_assert_cmpuint (index, <, fixture->packets->len);
  return fixture->packets->pdata[index];
}

guint8
byte_at (Fixture *fixture, guint index)
{
  g_assert_cmpuint (packet_at (fixture, index)->len, >, 0);
  return packet_at (fixture, index)->payload[0];
}

SpPacketKind
kind_at (Fixture *fixture, guint index)
{
  return packet_at (fixture, index)->meta.kind;
}
