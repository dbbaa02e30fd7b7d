/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <gio/gio.h>
#include <sys/socket.h>

/** A URL and where it leads. */
typedef struct
{
  gboolean is_tls;
  char *host;
  char *authority; /* for the Host line */
  char *path;      /* with its query */
  struct sockaddr_storage address;
  socklen_t address_len;
  gboolean is_loopback;
} SpLoadTarget;

/* http:// or https://; looks the host up, which may take a while. */
SpLoadTarget *sp_load_target_new (const char *url, GError **error);
void sp_load_target_free (SpLoadTarget *target);
/* The request of a viewer (transfer full): a Play of MMSH, in chunks if
 * @is_chunked, or a plain GET if @is_raw. */
char *sp_load_target_request (const SpLoadTarget *target,
                              gboolean is_raw,
                              gboolean is_chunked,
                              const char *user_agent);

/** Source addresses that are taken in turn. */
typedef struct
{
  GInetAddress *first; /* NULL: as the kernel likes */
  guint n_addresses;
} SpLoadFrom;

/* "127.1.0.1" or "127.1.0.0/16" */
gboolean
sp_load_from_parse (SpLoadFrom *from, const char *text, GError **error);
void sp_load_from_clear (SpLoadFrom *from);
/* The @index-th, from the first again after the last. */
socklen_t sp_load_from_address (const SpLoadFrom *from,
                                guint index,
                                struct sockaddr_storage *address);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SpLoadTarget, sp_load_target_free)
