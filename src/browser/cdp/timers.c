#include "browser/cdp/internal.h"
void ofs_cdp_keep_ledger(struct cdp_tab *t)
{
    (void)t;
}
