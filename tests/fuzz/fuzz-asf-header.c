/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-asf-header.h"

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  SpAsfHeader header;
  gsize total;
  gboolean is_good = sp_asf_header_parse (&header, data, size, NULL);
  g_autoptr (GBytes) live = sp_asf_header_as_live (data, size, NULL);

  (void)sp_asf_header_measure (data, size, 1 << 20, &total, NULL);
  if (live != NULL
      && (!is_good
          || !sp_asf_header_parse (&header,
                                   g_bytes_get_data (live, NULL),
                                   g_bytes_get_size (live),
                                   NULL)))
    g_abort ();
  return 0;
}
