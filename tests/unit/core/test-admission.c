/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-admission.h"
#include "sp-error.h"
#include "sp-publisher.h"
#include "sp-test.h"

typedef struct
{
  const char *name;
  SpAdmissionLimits server;
  SpAdmissionLimits stream;
  const char *addresses; /* of those who come, blank-separated */
  guint admitted;
} Row;

static const Row rows[] = {
  { "no-limit", { 0 }, { 0 }, "192.0.2.1 192.0.2.1 192.0.2.1", 3 },
  { "server-clients",
    { .clients = 2 },
    { 0 },
    "192.0.2.1 192.0.2.2 192.0.2.3",
    2 },
  { "stream-clients", { 0 }, { .clients = 1 }, "192.0.2.1 192.0.2.2", 1 },
  { "server-address",
    { .clients_per_address = 1 },
    { 0 },
    "192.0.2.1 192.0.2.1 192.0.2.2",
    2 },
  { "stream-address",
    { 0 },
    { .clients_per_address = 2 },
    "2001:db8::1 2001:db8::1 2001:db8::1",
    2 },
};

static SpStream *
stream_of (const SpAdmissionLimits *limits)
{
  SpStreamPolicy policy
      = { .is_enabled = TRUE,
          .n_sources = 1,
          .max_clients = limits->clients,
          .max_clients_per_address = limits->clients_per_address,
          .max_bandwidth_kbps = limits->bandwidth_kbps };

  return sp_stream_new ("Test", "test", &policy, NULL, 0);
}

static void
test_limits (gconstpointer data)
{
  const Row *row = data;
  g_autoptr (SpRegistry) registry = sp_registry_new ();
  g_autoptr (SpAdmission) admission = sp_admission_new (registry);
  g_autoptr (SpStream) stream = stream_of (&row->stream);
  g_auto (GStrv) addresses = g_strsplit (row->addresses, " ", -1);
  guint admitted = 0;

  sp_registry_add (registry, stream);
  sp_admission_set_limits (admission, &row->server);
  for (char **text = addresses; *text != NULL; text++)
    {
      g_autoptr (GInetAddress) address = g_inet_address_new_from_string (*text);
      g_autoptr (GError) error = NULL;

      if (sp_admission_enter (admission, stream, address, NULL, 0, &error))
        admitted++;
      else
        g_assert_error (error, SP_ERROR, SP_ERROR_LIMIT);
    }
  g_assert_cmpuint (admitted, ==, row->admitted);
  g_assert_cmpuint (sp_admission_count (admission), ==, admitted);
}

static void
test_a_place_comes_back (void)
{
  g_autoptr (SpRegistry) registry = sp_registry_new ();
  g_autoptr (SpAdmission) admission = sp_admission_new (registry);
  const SpAdmissionLimits limits = { .clients = 1 };
  g_autoptr (SpStream) stream = stream_of (&limits);
  g_autoptr (GInetAddress) address
      = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);

  for (guint i = 0; i < 3; i++)
    {
      g_assert_true (
          sp_admission_enter (admission, stream, address, NULL, 0, NULL));
      sp_admission_leave (admission, stream, address);
    }
  g_assert_cmpuint (sp_admission_count (admission), ==, 0);
}

static void
test_bandwidth (void)
{
  g_autoptr (SpRegistry) registry = sp_registry_new ();
  g_autoptr (SpAdmission) admission = sp_admission_new (registry);
  const SpAdmissionLimits limits = { .bandwidth_kbps = 1000 };
  g_autoptr (SpStream) stream = stream_of (&limits);
  g_autoptr (GInetAddress) address
      = g_inet_address_new_loopback (G_SOCKET_FAMILY_IPV4);
  SpPublisher *publisher = sp_publisher_acquire (stream, 0, "test", 0, 0, NULL);
  SpPacketMeta meta = { .is_join_point = TRUE };
  guint8 bytes[1250] = { 0 };
  guint admitted = 0;

  /* 400 kbit/s: two fit into 1,000. */
  sp_publisher_put_header (publisher, bytes, 10, 0, 0, NULL);
  for (gint64 i = 0; i < 200; i++)
    sp_publisher_put_data (
        publisher, &meta, bytes, sizeof bytes, i * G_USEC_PER_SEC / 40, NULL);
  for (guint i = 0; i < 5; i++)
    admitted += sp_admission_enter (
                    admission, stream, address, NULL, 5 * G_USEC_PER_SEC, NULL)
                != 0;
  g_assert_cmpuint (admitted, ==, 2);
  sp_publisher_release (publisher, FALSE, 0, NULL);
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *path = g_strconcat ("/admission/", rows[i].name, NULL);

      g_test_add_data_func (path, &rows[i], test_limits);
    }
  g_test_add_func ("/admission/a-place-comes-back", test_a_place_comes_back);
  g_test_add_func ("/admission/bandwidth", test_bandwidth);
  return g_test_run ();
}
