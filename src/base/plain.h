/*
 * plain.h: when two texts of a page or of a scenario count as equal.
 *
 * The plain form of a text has small letters, straight quotes, single blanks and none at its ends,
 * no characters without a width, composed letters (Unicode NFC), and no ":", ".", "*", "…" or "。"
 * at the end. The probe compares texts by the same form (src/page/probe/1-text.js), with all of
 * Unicode NFKC and of its small letters. This file covers the part that both agree on: Latin,
 * Greek, Cyrillic and Armenian letters, full-width forms, ligatures, all blanks.
 * tests/probe/texts.json tests both.
 */
#ifndef OFS_BASE_PLAIN_H
#define OFS_BASE_PLAIN_H

/* The plain form of UTF-8 `text`, or NULL when memory is out. The caller frees it. Bytes that are
 * not UTF-8 become U+FFFD. */
char *ofs_text_plain(const char *text);

#endif
