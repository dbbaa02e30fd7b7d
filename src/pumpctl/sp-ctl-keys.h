/* SPDX-License-Identifier: GPL-3.0-only */
#pragma once

#include <glib.h>

typedef enum
{
  SP_CTL_KEY_NONE, /* more bytes must come, or it means nothing here */
  SP_CTL_KEY_QUIT,
  SP_CTL_KEY_SORT,
  SP_CTL_KEY_SUSPEND,
  SP_CTL_KEY_REDRAW,
  SP_CTL_KEY_UP,
  SP_CTL_KEY_DOWN,
  SP_CTL_KEY_PAGE_UP,
  SP_CTL_KEY_PAGE_DOWN,
  SP_CTL_KEY_HOME,
  SP_CTL_KEY_END,
} SpCtlKey;

/** Bytes of a keyboard become keys. Zeroed at first. Pure. */
typedef struct
{
  guint state;
  guint parameter; /* of a sequence that has begun */
} SpCtlKeys;

SpCtlKey sp_ctl_keys_take (SpCtlKeys *keys, guint8 byte);
