/* SPDX-License-Identifier: GPL-3.0-only
 *
 * Preloaded into tests built with -Db_sanitize=thread. GLib takes its locks by
 * futex and counts its references by atomics inside libglib, which is built
 * without the sanitizer: it would see no order between our threads and report
 * races where there are none. Each function here is GLib's own with the order
 * it makes told to the sanitizer; elsewhere they do nothing more than GLib. */
#include "config.h"

#include <dlfcn.h>
#include <gio/gio.h>

#undef g_atomic_ref_count_dec
#undef g_atomic_ref_count_inc
#undef g_once_init_enter
#undef g_once_init_leave

void __tsan_acquire (void *address) __attribute__ ((weak));
void __tsan_release (void *address) __attribute__ ((weak));

static void
acquire (gconstpointer address)
{
  if (__tsan_acquire != NULL)
    __tsan_acquire ((void *)address);
}

static void
release (gconstpointer address)
{
  if (__tsan_release != NULL)
    __tsan_release ((void *)address);
}

/* The next function of this name: GLib's. */
#define REAL(name)                                                             \
  static __typeof__ (&name) real;                                              \
  if (real == NULL)                                                            \
  real = (__typeof__ (&name))dlsym (RTLD_NEXT, #name)

/* After it, what others did before they released @address is in the past. */
#define LOCK(name, type)                                                       \
  void name (type *lock)                                                       \
  {                                                                            \
    REAL (name);                                                               \
    real (lock);                                                               \
    acquire (lock);                                                            \
  }
#define TRYLOCK(name, type)                                                    \
  gboolean name (type *lock)                                                   \
  {                                                                            \
    REAL (name);                                                               \
    gboolean is_ours = real (lock);                                            \
    if (is_ours)                                                               \
      acquire (lock);                                                          \
    return is_ours;                                                            \
  }
#define UNLOCK(name, type)                                                     \
  void name (type *lock)                                                       \
  {                                                                            \
    REAL (name);                                                               \
    release (lock);                                                            \
    real (lock);                                                               \
  }
/* The last owner frees what the others have used. */
#define UNREF(name, type)                                                      \
  void name (type object)                                                      \
  {                                                                            \
    REAL (name);                                                               \
    release (object);                                                          \
    acquire (object);                                                          \
    real (object);                                                             \
  }

LOCK (g_mutex_lock, GMutex)
TRYLOCK (g_mutex_trylock, GMutex)
UNLOCK (g_mutex_unlock, GMutex)
LOCK (g_rec_mutex_lock, GRecMutex)
TRYLOCK (g_rec_mutex_trylock, GRecMutex)
UNLOCK (g_rec_mutex_unlock, GRecMutex)
LOCK (g_rw_lock_writer_lock, GRWLock)
TRYLOCK (g_rw_lock_writer_trylock, GRWLock)
UNLOCK (g_rw_lock_writer_unlock, GRWLock)
LOCK (g_rw_lock_reader_lock, GRWLock)
TRYLOCK (g_rw_lock_reader_trylock, GRWLock)
UNLOCK (g_rw_lock_reader_unlock, GRWLock)
UNREF (g_object_unref, gpointer)
UNREF (g_bytes_unref, GBytes *)
UNREF (g_source_unref, GSource *)
UNREF (g_main_context_unref, GMainContext *)
UNREF (g_main_loop_unref, GMainLoop *)
UNREF (g_hash_table_unref, GHashTable *)
UNREF (g_ptr_array_unref, GPtrArray *)

void
g_cond_wait (GCond *cond, GMutex *mutex)
{
  REAL (g_cond_wait);
  release (mutex);
  real (cond, mutex);
  acquire (mutex);
}

gboolean
g_cond_wait_until (GCond *cond, GMutex *mutex, gint64 end_time)
{
  REAL (g_cond_wait_until);
  release (mutex);
  gboolean is_signalled = real (cond, mutex, end_time);
  acquire (mutex);
  return is_signalled;
}

gboolean
g_atomic_ref_count_dec (gatomicrefcount *count)
{
  REAL (g_atomic_ref_count_dec);
  release (count);
  gboolean is_last = real (count);
  acquire (count);
  return is_last;
}

gboolean
g_once_init_enter (volatile void *location)
{
  REAL (g_once_init_enter);
  gboolean is_first = real (location);
  acquire ((gconstpointer)location);
  return is_first;
}

void
g_once_init_leave (volatile void *location, gsize result)
{
  REAL (g_once_init_leave);
  release ((gconstpointer)location);
  real (location, result);
}

void
g_async_queue_push (GAsyncQueue *queue, gpointer data)
{
  REAL (g_async_queue_push);
  release (queue);
  real (queue, data);
}

gpointer
g_async_queue_pop (GAsyncQueue *queue)
{
  REAL (g_async_queue_pop);
  gpointer data = real (queue);
  acquire (queue);
  return data;
}

gpointer
g_async_queue_try_pop (GAsyncQueue *queue)
{
  REAL (g_async_queue_try_pop);
  gpointer data = real (queue);
  acquire (queue);
  return data;
}

/* A source attached on one thread and dispatched on another. */
typedef struct
{
  GSourceFunc function;
  gpointer data;
  GDestroyNotify notify;
} Callback;

static gboolean
on_callback (gpointer data)
{
  Callback *callback = data;
  acquire (g_main_current_source ());
  return callback->function (callback->data);
}

static void
on_destroyed (gpointer data)
{
  g_autofree Callback *callback = data;
  if (callback->notify != NULL)
    callback->notify (callback->data);
}

void
g_source_set_callback (GSource *source,
                       GSourceFunc function,
                       gpointer data,
                       GDestroyNotify notify)
{
  REAL (g_source_set_callback);
  if (function == NULL
      || (source->source_funcs != &g_idle_funcs
          && source->source_funcs != &g_timeout_funcs))
    {
      real (source, function, data, notify);
      return;
    }
  Callback *callback = g_new (Callback, 1);
  *callback = (Callback){ function, data, notify };
  real (source, on_callback, callback, on_destroyed);
}

guint
g_source_attach (GSource *source, GMainContext *context)
{
  REAL (g_source_attach);
  release (source);
  return real (source, context);
}

static guint
attach (GSource *source,
        gint priority,
        GMainContext *context,
        GSourceFunc function,
        gpointer data,
        GDestroyNotify notify)
{
  g_source_set_priority (source, priority);
  g_source_set_callback (source, function, data, notify);
  guint id = g_source_attach (source, context);
  g_source_unref (source);
  return id;
}

guint
g_idle_add (GSourceFunc function, gpointer data)
{
  return attach (g_idle_source_new (),
                 G_PRIORITY_DEFAULT_IDLE,
                 NULL,
                 function,
                 data,
                 NULL);
}

guint
g_idle_add_full (gint priority,
                 GSourceFunc function,
                 gpointer data,
                 GDestroyNotify notify)
{
  return attach (g_idle_source_new (), priority, NULL, function, data, notify);
}

void
g_main_context_invoke_full (GMainContext *context,
                            gint priority,
                            GSourceFunc function,
                            gpointer data,
                            GDestroyNotify notify)
{
  REAL (g_main_context_invoke_full);
  if (g_main_context_is_owner (context != NULL ? context
                                               : g_main_context_default ()))
    real (context, priority, function, data, notify);
  else
    attach (g_idle_source_new (), priority, context, function, data, notify);
}

void
g_main_context_invoke (GMainContext *context,
                       GSourceFunc function,
                       gpointer data)
{
  g_main_context_invoke_full (
      context, G_PRIORITY_DEFAULT, function, data, NULL);
}

/* A job for GIO's pool: its function begins after the call, and its caller goes
 * on after the answer. */
typedef struct
{
  GTaskThreadFunc function;
} Job;

static GQuark job_quark;

static void
on_job (GTask *task,
        gpointer source_object,
        gpointer task_data,
        GCancellable *cancellable)
{
  acquire (task);
  Job *job = g_object_get_qdata (G_OBJECT (task), job_quark);
  job->function (task, source_object, task_data, cancellable);
  release (task);
}

void
g_task_run_in_thread (GTask *task, GTaskThreadFunc function)
{
  REAL (g_task_run_in_thread);
  job_quark = g_quark_from_static_string ("sp-tsan-job");
  Job *job = g_new (Job, 1);
  job->function = function;
  g_object_set_qdata_full (G_OBJECT (task), job_quark, job, g_free);
  release (task);
  real (task, on_job);
}
