/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-error.h"

/* clang-format off */
G_DEFINE_QUARK (sp-error-quark, sp_error)
/* clang-format on */

/** sp_error_set: sets @error unless it is NULL; always FALSE, so that a caller
 * fails in one line. */
gboolean
sp_error_set (GError **error, SpErrorCode code, const char *format, ...)
{
  va_list args;

  if (error == NULL)
    return FALSE;
  va_start (args, format);
  *error = g_error_new_valist (SP_ERROR, (gint)code, format, args);
  va_end (args);
  return FALSE;
}
