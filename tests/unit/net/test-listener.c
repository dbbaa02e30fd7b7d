/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-net-test.h"

static void
open_house (SpNetHouse *house, GTlsCertificate *certificate, guint max)
{
  const SpStreamPolicy policy = sp_net_policy ();

  sp_net_house_open (house, &policy, certificate, max);
}

/* (transfer full): the port numbered @index. */
static SpListenerInfo *
look (SpNetHouse *house, guint index)
{
  g_autoptr (GPtrArray) infos
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_listener_info_free);

  sp_listener_describe (house->listener, infos);
  g_assert_cmpuint (infos->len, >=, index);
  return g_ptr_array_steal_index (infos, index - 1);
}

static guint16
open_port (SpNetHouse *house, GTlsCertificate *certificate)
{
  g_autofree char *bound = NULL;
  g_autoptr (GError) error = NULL;

  sp_listener_stop (house->listener);
  sp_net_wait_us (1000); /* so that the service has come to rest */
  sp_listener_open (
      house->listener, "127.0.0.1", 0, certificate, &bound, &error);
  g_assert_no_error (error);
  sp_listener_start (house->listener);
  return (guint16)g_ascii_strtoull (strrchr (bound, ':') + 1, NULL, 10);
}

static void
assert_named (const SpListenerInfo *info, const char *kind, guint16 port)
{
  g_autofree char *name = g_strdup_printf ("%s 127.0.0.1:%u", kind, port);

  g_assert_cmpstr (info->name, ==, name);
  g_assert_cmpstr (info->address, ==, "127.0.0.1");
  g_assert_cmpuint (info->port, ==, port);
  g_assert_cmpint (info->changed_us, >, 0);
}

static gboolean
is_over (SpNetHouse *house)
{
  g_autoptr (SpListenerInfo) media = look (house, 1);
  g_autoptr (SpListenerInfo) tls = look (house, 2);

  return media->connections == 0 && tls->connections == 0;
}

/* Each port counts its own. */
static void
test_ports_count_their_own (void)
{
  SpNetHouse house;
  g_autoptr (GTlsCertificate) certificate = sp_net_certificate ();
  guint64 failures = sp_stats_get (SP_PUMP_tls_failures);
  guint16 tls_port;

  open_house (&house, NULL, 0);
  tls_port = open_port (&house, certificate);
  sp_listener_set_cert_index (house.listener, 1);
  g_autoptr (GSocket) bad = sp_net_connect (house.port, 0);
  g_autoptr (GSocket) good = sp_net_connect (house.port, 0);
  g_autoptr (GSocket) foreign = sp_net_connect (tls_port, 0);
  sp_net_wait_connections (&house, 3);
  g_autoptr (SpListenerInfo) media = look (&house, 1);
  g_autoptr (SpListenerInfo) tls = look (&house, 2);
  assert_named (media, "media", house.port);
  assert_named (tls, "tls", tls_port);
  g_assert_cmpuint (media->index, ==, 1);
  g_assert_cmpuint (tls->index, ==, 2);
  g_assert_false (media->is_tls);
  g_assert_true (tls->is_tls);
  g_assert_cmpuint (media->certificate, ==, 0);
  g_assert_cmpuint (tls->certificate, ==, 1);
  g_assert_cmpuint (media->connections, ==, 2);
  g_assert_cmpuint (media->accepted, ==, 2);
  g_assert_cmpuint (tls->connections, ==, 1);
  sp_net_say (bad, "x");
  sp_net_say (foreign, "GET / HTTP/1.0\r\n\r\n");
  sp_net_wait_pump_counter (SP_PUMP_tls_failures, failures + 1);
  g_autoptr (GByteArray) rest = sp_net_read_rest (bad);
  g_socket_close (bad, NULL);
  g_socket_close (good, NULL);
  sp_net_wait (&house, is_over);
  g_autoptr (SpListenerInfo) media_after = look (&house, 1);
  g_autoptr (SpListenerInfo) tls_after = look (&house, 2);
  g_assert_cmpuint (media_after->bad_requests, ==, 1);
  g_assert_cmpuint (media_after->tls_failures, ==, 0);
  g_assert_cmpuint (media_after->accepted, ==, 2);
  g_assert_cmpuint (tls_after->bad_requests, ==, 0);
  g_assert_cmpuint (tls_after->tls_failures, ==, 1);
  g_assert_cmpuint (rest->len, ==, 0);
  sp_net_house_close (&house);
}

static void
assert_state (SpNetHouse *house, gboolean is_down, gboolean is_paused)
{
  g_autoptr (SpListenerInfo) info = look (house, 1);

  g_assert_cmpint (info->is_down, ==, is_down);
  g_assert_cmpint (info->is_paused, ==, is_paused);
}

static gboolean
is_up (SpNetHouse *house)
{
  g_autoptr (SpListenerInfo) info = look (house, 1);

  return !info->is_paused && !info->is_down;
}

static void
test_paused_and_down_are_seen (void)
{
  SpNetHouse house;
  guint64 pauses = sp_stats_get (SP_PUMP_accept_pauses);

  open_house (&house, NULL, 1);
  house.warnings = 1;
  assert_state (&house, FALSE, FALSE);
  g_autoptr (GSocket) socket = sp_net_connect (house.port, 0);
  sp_net_wait_pump_counter (SP_PUMP_accept_pauses, pauses + 1);
  assert_state (&house, FALSE, TRUE);
  g_autoptr (SpListenerInfo) info = look (&house, 1);
  g_assert_cmpuint (info->accept_errors, ==, 1);
  g_assert_nonnull (info->last_error);
  g_socket_close (socket, NULL);
  sp_net_wait (&house, is_up);
  sp_listener_stop (house.listener);
  assert_state (&house, TRUE, FALSE);
  sp_listener_start (house.listener);
  assert_state (&house, FALSE, FALSE);
  sp_net_house_close (&house);
}

int
main (int argc, char **argv)
{
  sp_net_test_init (&argc, &argv);
  g_test_add_func ("/listener/ports-count-their-own",
                   test_ports_count_their_own);
  g_test_add_func ("/listener/paused-and-down-are-seen",
                   test_paused_and_down_are_seen);
  return g_test_run ();
}
