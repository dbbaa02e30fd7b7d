/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** What the kernel knows of a connection. */
typedef struct
{
  guint rtt_us;        /* smoothed */
  guint64 retransmits; /* segments, in total */
  guint64 bytes_acked;
  guint64 bytes_unsent; /* in the socket, and never sent */
} SpTcpInfo;

/* What the kernel does not tell stays 0. */
void sp_tcp_info_read (int fd, SpTcpInfo *info);
