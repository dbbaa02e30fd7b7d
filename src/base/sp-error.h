/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

/** The one error domain. Codes are for programs, messages for the person who
 * will mend it. */
#define SP_ERROR (sp_error_quark ())

typedef enum
{
  SP_ERROR_FAILED,    /* anything without a better name */
  SP_ERROR_CONFIG,    /* a bad configuration */
  SP_ERROR_PROTOCOL,  /* a peer broke its protocol */
  SP_ERROR_LIMIT,     /* a configured limit is reached */
  SP_ERROR_BUSY,      /* somebody else has it */
  SP_ERROR_REVOKED,   /* it was ours and was taken away */
  SP_ERROR_NOT_FOUND, /* no such stream, client or session */
  SP_ERROR_NOT_LIVE,  /* the stream has no source at present */
  SP_ERROR_LOOP,      /* a pull that would come back to this pump */
  SP_ERROR_TIMEOUT,   /* a peer was too slow */
  SP_ERROR_DENIED,    /* credentials or policy say no */
  SP_ERROR_DRAINING,  /* no new clients are taken */
} SpErrorCode;

GQuark sp_error_quark (void);
/* g_set_error and FALSE in one line. */
gboolean
sp_error_set (GError **error, SpErrorCode code, const char *format, ...)
    G_GNUC_PRINTF (3, 4);
