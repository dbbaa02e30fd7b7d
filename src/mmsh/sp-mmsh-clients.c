/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-mmsh-clients.h"

#include <sys/random.h>

#define IDLE_US ((gint64)SP_MMSH_IDLE_MS * 1000)

typedef struct
{
  guint32 id;
  SpMmshClientState state; /* never UNKNOWN */
  gint64 since_us;         /* last sign of life, unless streaming */
  GList link;              /* in idle, unless streaming */
  SpPlayer *player;        /* (nullable): of the last Play */
  char *path;              /* (nullable): of its stream */
} Client;

struct _SpMmshClients
{
  GMutex mutex;
  GHashTable *by_id; /* owns the clients */
  GQueue idle;       /* all that do not stream, longest idle first */
  guint max;
};

static void
client_free (gpointer data)
{
  Client *client = data;

  g_clear_pointer (&client->player, sp_player_unref);
  g_free (client->path);
  g_free (client);
}

SpMmshClients *
sp_mmsh_clients_new (guint max)
{
  SpMmshClients *clients = g_new0 (SpMmshClients, 1);

  g_mutex_init (&clients->mutex);
  clients->by_id = g_hash_table_new_full (NULL, NULL, NULL, client_free);
  g_queue_init (&clients->idle);
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
    g_queue_unlink (&clients->idle, &client->link);
  g_hash_table_remove (clients->by_id, GUINT_TO_POINTER (client->id));
}

static gboolean
is_expired (const Client *client, gint64 now_us)
{
  return client->state != SP_MMSH_CLIENT_STREAMING
         && now_us - client->since_us > IDLE_US;
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
         && clients->idle.head != NULL)
    drop (clients, clients->idle.head->data);
  do
    client->id = random_id ();
  while (
      client->id == 0
      || g_hash_table_contains (clients->by_id, GUINT_TO_POINTER (client->id)));
  client->state = SP_MMSH_CLIENT_INIT;
  client->since_us = now_us;
  client->link.data = client;
  g_hash_table_insert (clients->by_id, GUINT_TO_POINTER (client->id), client);
  g_queue_push_tail_link (&clients->idle, &client->link);
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
      client->since_us = now_us;
      g_queue_unlink (&clients->idle, &client->link);
      g_queue_push_tail_link (&clients->idle, &client->link);
    }
  return client->state;
}

/** sp_mmsh_clients_play: a player counts from its last Play on, so each has an
 * SpPlayer of its own. */
SpPlayer *
sp_mmsh_clients_play (SpMmshClients *clients,
                      guint32 id,
                      const char *path,
                      gint64 now_us)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);
  Client *client = lookup (clients, id, now_us);

  if (client == NULL || client->state == SP_MMSH_CLIENT_STREAMING)
    return NULL;
  g_queue_unlink (&clients->idle, &client->link);
  client->state = SP_MMSH_CLIENT_STREAMING;
  g_clear_pointer (&client->player, sp_player_unref);
  g_free (client->path);
  client->player = sp_player_new ();
  client->path = g_strdup (path);
  return sp_player_ref (client->player);
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
  if (client == NULL || client->player == NULL)
    return NULL;
  return sp_player_ref (client->player);
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
  client->since_us = now_us;
  g_queue_push_tail_link (&clients->idle, &client->link);
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

  for (; clients->idle.head != NULL
         && is_expired (clients->idle.head->data, now_us);
       n++)
    drop (clients, clients->idle.head->data);
  return n;
}

guint
sp_mmsh_clients_count (SpMmshClients *clients)
{
  G_GNUC_UNUSED g_autoptr (GMutexLocker) locker G_GNUC_UNUSED
      = g_mutex_locker_new (&clients->mutex);

  return g_hash_table_size (clients->by_id);
}
