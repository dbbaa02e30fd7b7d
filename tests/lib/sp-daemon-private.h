/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include "sp-daemon.h"

struct _SpDaemon
{
  char *folder;
  char *config;
  char *members; /* of the configuration, for a restart */
  char *streams;
  guint nofile;
  char *notify_socket; /* of a service manager; NULL: none */
  guint16 config_port; /* as written: 0 until a restart */
  GPid pid;            /* 0: not running */
  int log_fd;
  GThread *reader;

  GMutex mutex; /* guards what follows */
  GCond cond;
  GString *log;
  gboolean is_log_over;
  guint16 port;
  guint16 port6;
  guint16 tls_port;
  guint16 admin_port;
};
