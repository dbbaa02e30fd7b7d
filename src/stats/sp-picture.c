/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-picture.h"

SpPicture *
sp_picture_new (void)
{
  SpPicture *picture = g_new0 (SpPicture, 1);

  g_atomic_ref_count_init (&picture->ref_count);
  picture->streams
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_stream_info_free);
  picture->listeners
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_listener_info_free);
  picture->certs
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_cert_info_free);
  picture->events
      = g_ptr_array_new_with_free_func ((GDestroyNotify)sp_event_unref);
  return picture;
}

SpPicture *
sp_picture_ref (SpPicture *picture)
{
  g_atomic_ref_count_inc (&picture->ref_count);
  return picture;
}

void
sp_picture_unref (SpPicture *picture)
{
  if (!g_atomic_ref_count_dec (&picture->ref_count))
    return;
  g_ptr_array_unref (picture->streams);
  g_clear_pointer (&picture->clients, g_ptr_array_unref);
  g_ptr_array_unref (picture->listeners);
  g_ptr_array_unref (picture->certs);
  g_ptr_array_unref (picture->events);
  g_free (picture);
}

static gint
compare_streams (gconstpointer a, gconstpointer b)
{
  const SpStreamInfo *first = *(SpStreamInfo *const *)a;
  const SpStreamInfo *second = *(SpStreamInfo *const *)b;

  return first->index < second->index ? -1 : first->index > second->index;
}

static gint
compare_clients (gconstpointer a, gconstpointer b)
{
  const SpClientInfo *first = *(SpClientInfo *const *)a;
  const SpClientInfo *second = *(SpClientInfo *const *)b;

  if (first->stream_index != second->stream_index)
    return first->stream_index < second->stream_index ? -1 : 1;
  return first->id < second->id ? -1 : first->id > second->id;
}

void
sp_picture_sort (SpPicture *picture)
{
  g_ptr_array_sort (picture->streams, compare_streams);
  if (picture->clients != NULL)
    g_ptr_array_sort (picture->clients, compare_clients);
}
