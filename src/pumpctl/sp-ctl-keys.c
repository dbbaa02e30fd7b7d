/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-keys.h"

#define ESCAPE 0x1b
#define CTRL(c) ((c)&0x1f)
#define MAX_PARAMETER 1000

enum
{
  IS_PLAIN,
  IS_ESCAPE,   /* ESC came */
  IS_SEQUENCE, /* ESC [ or ESC O */
};

static SpCtlKey
plain_key (guint8 byte)
{
  switch (byte)
    {
    case 'q':
    case 'Q':
    case CTRL ('C'):
    case CTRL ('D'):
    case CTRL ('\\'):
      return SP_CTL_KEY_QUIT;
    case 's':
    case 'S':
      return SP_CTL_KEY_SORT;
    case CTRL ('Z'):
      return SP_CTL_KEY_SUSPEND;
    case CTRL ('L'):
      return SP_CTL_KEY_REDRAW;
    case 'k':
      return SP_CTL_KEY_UP;
    case 'j':
      return SP_CTL_KEY_DOWN;
    case ' ':
      return SP_CTL_KEY_PAGE_DOWN;
    case 'g':
      return SP_CTL_KEY_HOME;
    case 'G':
      return SP_CTL_KEY_END;
    default:
      return SP_CTL_KEY_NONE;
    }
}

/* The number before "~", as of the VT220. */
static SpCtlKey
numbered_key (guint number)
{
  static const SpCtlKey keys[]
      = { SP_CTL_KEY_NONE,      SP_CTL_KEY_HOME, SP_CTL_KEY_NONE,
          SP_CTL_KEY_NONE,      SP_CTL_KEY_END,  SP_CTL_KEY_PAGE_UP,
          SP_CTL_KEY_PAGE_DOWN, SP_CTL_KEY_HOME, SP_CTL_KEY_END };

  return number < G_N_ELEMENTS (keys) ? keys[number] : SP_CTL_KEY_NONE;
}

static SpCtlKey
sequence_key (guint8 last, guint parameter)
{
  switch (last)
    {
    case 'A':
      return SP_CTL_KEY_UP;
    case 'B':
      return SP_CTL_KEY_DOWN;
    case 'H':
      return SP_CTL_KEY_HOME;
    case 'F':
      return SP_CTL_KEY_END;
    case '~':
      return numbered_key (parameter);
    default:
      return SP_CTL_KEY_NONE;
    }
}

SpCtlKey
sp_ctl_keys_take (SpCtlKeys *keys, guint8 byte)
{
  if (byte == ESCAPE)
    {
      *keys = (SpCtlKeys){ .state = IS_ESCAPE };
      return SP_CTL_KEY_NONE;
    }
  if (keys->state == IS_ESCAPE && (byte == '[' || byte == 'O'))
    {
      keys->state = IS_SEQUENCE;
      return SP_CTL_KEY_NONE;
    }
  if (keys->state != IS_SEQUENCE)
    {
      keys->state = IS_PLAIN;
      return plain_key (byte);
    }
  if (g_ascii_isdigit (byte))
    {
      keys->parameter
          = MIN (keys->parameter * 10 + (guint)(byte - '0'), MAX_PARAMETER);
      return SP_CTL_KEY_NONE;
    }
  if (byte >= 0x20 && byte < 0x40) /* ";" and the like */
    return SP_CTL_KEY_NONE;
  keys->state = IS_PLAIN;
  return sequence_key (byte, keys->parameter);
}
