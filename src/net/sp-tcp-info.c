/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-tcp-info.h"

/* Not netinet/tcp.h: its struct ends before what is wanted here. */
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#define HAS(len, member)                                                       \
  ((len) >= G_STRUCT_OFFSET (struct tcp_info, member)                          \
                + sizeof (((struct tcp_info *)NULL)->member))

/** sp_tcp_info_read: one system call; a second one with a kernel before 4.6. */
void
sp_tcp_info_read (int fd, SpTcpInfo *info)
{
  struct tcp_info tcp;
  socklen_t len = sizeof tcp;
  int unsent = 0;

  memset (&tcp, 0, sizeof tcp);
  *info = (SpTcpInfo){ 0 };
  if (getsockopt (fd, IPPROTO_TCP, TCP_INFO, &tcp, &len) != 0)
    len = 0;
  if (HAS (len, tcpi_rtt))
    info->rtt_us = tcp.tcpi_rtt;
  if (HAS (len, tcpi_total_retrans))
    info->retransmits = tcp.tcpi_total_retrans;
  if (HAS (len, tcpi_bytes_acked))
    info->bytes_acked = tcp.tcpi_bytes_acked;
  if (HAS (len, tcpi_notsent_bytes))
    info->bytes_unsent = tcp.tcpi_notsent_bytes;
  else if (ioctl (fd, SIOCOUTQNSD, &unsent) == 0 && unsent > 0)
    info->bytes_unsent = (guint64)unsent;
}
