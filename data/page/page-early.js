// SPDX-License-Identifier: GPL-3.0-only
// Before the first paint: the theme that was chosen here, if one was.
try {
  const theme = localStorage.getItem('theme');
  if (theme === 'dark' || theme === 'light')
    document.documentElement.dataset.theme = theme;
} catch { /* storage is off: the system's theme, then */ }
