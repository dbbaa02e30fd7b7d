/* SPDX-License-Identifier: GPL-3.0-only */
#include "config.h"

#include "sp-ctl-text.h"

#include "sp-test.h"

#include <string.h>

static void
test_escape (void)
{
  static const struct
  {
    const char *text;
    const char *escaped;
  } rows[] = {
    { "", "" },
    { "council", "council" },
    { "Gemeinderat Z\xc3\xbcrich", "Gemeinderat Z\xc3\xbcrich" },
    { "\xe4\xbc\x9a\xe8\xad\xb0", "\xe4\xbc\x9a\xe8\xad\xb0" },
    { "\033[2J\007", "\\x1b[2J\\x07" },
    { "a\nb\tc\r", "a\\x0ab\\x09c\\x0d" },
    { "\x7f", "\\x7f" },
    { "\xc2\x9b"
      "2J",
      "\\x9b2J" }, /* CSI of eight bits */
    { "\xe2\x80\xae"
      "gpj.exe",
      "\\u202egpj.exe" }, /* right to left */
    { "\xef\xbb\xbf", "\\ufeff" },
    { "\xe2\x80\xa8", "\\u2028" },
    { "\x9b\xff", "\\x9b\\xff" }, /* no UTF-8 */
    { "\xe4\xbc", "\\xe4\\xbc" }, /* cut */
    { "\xc0\x9b", "\\xc0\\x9b" }, /* overlong */
    { "\\x1b", "\\x1b" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *escaped = sp_ctl_text_escape (rows[i].text, -1);

      g_assert_cmpstr (escaped, ==, rows[i].escaped);
    }
}

/* Every byte there is: nothing below a space, no byte that begins a control
 * sequence, and valid UTF-8. */
static void
test_all_bytes (void)
{
  for (guint first = 0; first < 256; first++)
    for (guint second = 0; second < 256; second++)
      {
        const guint8 bytes[] = { (guint8)first, (guint8)second };
        g_autofree guint8 *exact = sp_test_exact (bytes, sizeof bytes);
        g_autofree char *escaped
            = sp_ctl_text_escape ((const char *)exact, sizeof bytes);

        g_assert_true (g_utf8_validate (escaped, -1, NULL));
        for (const char *at = escaped; *at != '\0'; at = g_utf8_next_char (at))
          g_assert_false (g_unichar_iscntrl (g_utf8_get_char (at)));
      }
}

static void
test_width (void)
{
  g_assert_cmpuint (sp_ctl_text_width (""), ==, 0);
  g_assert_cmpuint (sp_ctl_text_width ("abc"), ==, 3);
  g_assert_cmpuint (sp_ctl_text_width ("Z\xc3\xbcrich"), ==, 6);
  g_assert_cmpuint (sp_ctl_text_width ("\xe4\xbc\x9a\xe8\xad\xb0"), ==, 4);
  g_assert_cmpuint (sp_ctl_text_width ("u\xcc\x88"), ==, 1); /* combining */
}

static void
test_cut (void)
{
  static const struct
  {
    const char *text;
    guint width;
    const char *cut;
  } rows[] = {
    { "council", 7, "council" },
    { "council", 6, "counc~" },
    { "council", 1, "~" },
    { "council", 0, "" },
    { "", 0, "" },
    { "\xe4\xbc\x9a\xe8\xad\xb0", 4, "\xe4\xbc\x9a\xe8\xad\xb0" },
    { "\xe4\xbc\x9a\xe8\xad\xb0", 3, "\xe4\xbc\x9a~" },
    { "\xe4\xbc\x9a\xe8\xad\xb0", 2, "~" },
    { "u\xcc\x88u\xcc\x88", 2, "u\xcc\x88u\xcc\x88" },
  };

  for (guint i = 0; i < G_N_ELEMENTS (rows); i++)
    {
      g_autofree char *cut = sp_ctl_text_cut (rows[i].text, rows[i].width, "~");

      g_assert_cmpstr (cut, ==, rows[i].cut);
    }
}

static void
test_pad (void)
{
  g_autoptr (GString) text = g_string_new (NULL);

  sp_ctl_text_append_padded (text, "ab", 4, FALSE);
  sp_ctl_text_append_padded (text, "\xe4\xbc\x9a", 3, TRUE);
  sp_ctl_text_append_padded (text, "long", 2, TRUE);
  g_assert_cmpstr (text->str, ==, "ab   \xe4\xbc\x9along");
}

int
main (int argc, char **argv)
{
  sp_test_init (&argc, &argv);
  g_test_add_func ("/ctl-text/escape/what-a-terminal-obeys", test_escape);
  g_test_add_func ("/ctl-text/escape/every-pair-of-bytes", test_all_bytes);
  g_test_add_func ("/ctl-text/width", test_width);
  g_test_add_func ("/ctl-text/cut", test_cut);
  g_test_add_func ("/ctl-text/pad", test_pad);
  return g_test_run ();
}
