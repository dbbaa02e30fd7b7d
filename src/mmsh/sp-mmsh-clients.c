/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-clients.h"

#include <sys/random.h>

/* A sign of life is remembered in milliseconds, of which only so many bits are
 * kept, for 6 days each way; an idle client is dropped after a minute. */
#define SINCE_BITS 30
#define SINCE_MASK ((1u << SINCE_BITS) - 1)

/* There are as many as there are viewers: each byte counts. */
typedef struct _Client Client;
struct _Client
{
  guint32 id;
  guint32 since_ms : SINCE_BITS; /* last sign of life, unless streaming */
  SpMmshClientState state : 2;   /* never UNKNOWN */
  Client *prev;                  /* in idle, unless streaming */
  Client *next;
  SpPlayer *player; /* NULL: nobody has asked for that of the last Play */
  char *path;       /* (nullable): of its stream; interned */
};

G_STATIC_ASSERT (sizeof (Client) <= 40);

struct _SpMmshClients
{
  GMutex mutex;
  GHashTable *by_id; /* owns the clients */
  Client *oldest;    /* all that do not stream, longest idle first */
  Client *newest;
  guint max;
};

static void
client_free (gpointer data)
{
  Client *client = data;

  g_clear_pointer (&client->player, sp_player_unref);
  g_clear_pointer (&client->path, g_ref_string_release);
  g_free (client);
}

static void
begin_idle (SpMmshClients *clients, Client *client, gint64 now_us)
{
  client->since_ms = (guint32)(now_us / 1000) & SINCE_MASK;
  client->prev = clients->newest;
  client->next = NULL;
  if (clients->newest != NULL)
    clients->newest->next = client;
  else
    clients->oldest = client;
  clients->newest = client;
}

static void
end_idle (SpMmshClients *clients, Client *client)
{
  if (client->prev != NULL)
    client->prev->next = client->next;
  else
    clients->oldest = client->next;
  if (client->next != NULL)
    client->next->prev = client->prev;
  else
    clients->newest = client->prev;
}

SpMmshClients *
sp_mmsh_clients_new (guint max)
{
  SpMmshClients *clients = g_new0 (SpMmshClients, 1);

  g_mutex_init (&clients->mutex);
  clients->by_id = g_hash_table_new_full (NULL, NULL, NULL, client_free);
  clients->max = max;
  return clients;
}

void
sp_mmsh_clients_free (SpMmshClients *clients)
{
  g_hash_table_unref (clients->by_id);
  g_mutex_clear (&clients->mutex);
  g_free (clients);
}

static void
drop (SpMmshClients *clients, Client *client)
{
  if (client->state != SP_MMSH_CLIENT_STREAMING)
    end_idle (clients, client);
  g_hash_table_remove (clients->by_id, GUINT_TO_POINTER (client->id));
}

/* Another thread's sign of life may be a little later than @now_us, which was
 * read before the mutex was had. */
static gboolean
is_expired (const Client *client, gint64 now_us)
{
  guint32 idle_ms = ((guint32)(now_us / 1000) - client->since_ms) & SINCE_MASK;

  return client->state != SP_MMSH_CLIENT_STREAMING && idle_ms > SP_MMSH_IDLE_MS
         && idle_ms <= SINCE_MASK / 2;
}

/* (nullable): NULL too for one that only has not been cleared away yet. */
static Client *
lookup (SpMmshClients *clients, guint32 id, gint64 now_us)
{
  Client *client = g_hash_table_lookup (clients->by_id, GUINT_TO_POINTER (id));

  if (client == NULL || !is_expired (client, now_us))
    return client;
  drop (clients, client);
  return NULL;
}

/* Nobody may guess another viewer's id: it would stop the stream. */
static guint32
random_id (void)
{
  guint32 id;

  if (getrandom (&id, sizeof id, 0) != sizeof id)
    id = g_random_int (); /* a kernel or sandbox without the call */
  return id;
}

/** sp_mmsh_clients_add: makes room by forgetting the longest idle when @max is
 * reached; those that stream stay, their number is limited elsewhere. */
guint32
sp_mmsh_clients_add (SpMmshClients *clients, gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);
  Client *client = g_new0 (Client, 1);

  while (g_hash_table_size (clients->by_id) >= clients->max
         && clients->oldest != NULL)
    drop (clients, clients->oldest);
  do
    client->id = random_id ();
  while (
      client->id == 0
      || g_hash_table_contains (clients->by_id, GUINT_TO_POINTER (client->id)));
  client->state = SP_MMSH_CLIENT_INIT;
  g_hash_table_insert (clients->by_id, GUINT_TO_POINTER (client->id), client);
  begin_idle (clients, client, now_us);
  return client->id;
}

SpMmshClientState
sp_mmsh_clients_touch (SpMmshClients *clients, guint32 id, gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);
  Client *client = lookup (clients, id, now_us);

  if (client == NULL)
    return SP_MMSH_CLIENT_UNKNOWN;
  if (client->state != SP_MMSH_CLIENT_STREAMING)
    {
      end_idle (clients, client);
      begin_idle (clients, client, now_us);
    }
  return client->state;
}

/** sp_mmsh_clients_play: a player counts from its last Play on, so each has an
 * SpPlayer of its own; most never log, so it is made when it is asked for. */
gboolean
sp_mmsh_clients_play (SpMmshClients *clients,
                      guint32 id,
                      const char *path,
                      gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);
  Client *client = lookup (clients, id, now_us);

  if (client == NULL || client->state == SP_MMSH_CLIENT_STREAMING)
    return FALSE;
  end_idle (clients, client);
  client->state = SP_MMSH_CLIENT_STREAMING;
  g_clear_pointer (&client->player, sp_player_unref);
  g_clear_pointer (&client->path, g_ref_string_release);
  client->path = g_ref_string_new_intern (path);
  return TRUE;
}

SpPlayer *
sp_mmsh_clients_player (SpMmshClients *clients,
                        guint32 id,
                        char **path,
                        gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);
  Client *client = lookup (clients, id, now_us);

  *path = client != NULL ? g_strdup (client->path) : NULL;
  if (client == NULL || client->path == NULL)
    return NULL;
  if (client->player == NULL)
    client->player = sp_player_new ();
  return sp_player_ref (client->player);
}

void
sp_mmsh_clients_report (SpMmshClients *clients,
                        guint32 id,
                        SpPlayerReport *report)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);
  Client *client = g_hash_table_lookup (clients->by_id, GUINT_TO_POINTER (id));

  if (client != NULL && client->player != NULL)
    sp_player_get (client->player, report);
  else
    sp_player_report_init (report);
}

void
sp_mmsh_clients_stop (SpMmshClients *clients, guint32 id, gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);
  Client *client = lookup (clients, id, now_us);

  if (client == NULL || client->state != SP_MMSH_CLIENT_STREAMING)
    return;
  client->state = SP_MMSH_CLIENT_IDLE;
  begin_idle (clients, client, now_us);
}

void
sp_mmsh_clients_remove (SpMmshClients *clients, guint32 id)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);
  Client *client = g_hash_table_lookup (clients->by_id, GUINT_TO_POINTER (id));

  if (client != NULL)
    drop (clients, client);
}

guint
sp_mmsh_clients_expire (SpMmshClients *clients, gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);
  guint n = 0;

  for (; clients->oldest != NULL && is_expired (clients->oldest, now_us); n++)
    drop (clients, clients->oldest);
  return n;
}

guint
sp_mmsh_clients_count (SpMmshClients *clients)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);

  return g_hash_table_size (clients->by_id);
}
