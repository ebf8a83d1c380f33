/* catcode.h -- the category code of a character under a regime.
 *
 * Characters 0 to 255 have the entry of the regime's table. Above that the
 * categories are fixed: U+FEFF is ignored, letters by Unicode data are letters
 * when the regime says so, everything else is other. Contracts of the public
 * functions are here too, beside the one they share their predicates with.
 * spec: spec/catcodes.md */
#ifndef HLX_CATCODE_H
#define HLX_CATCODE_H

#include "hedgelex.h"

/* Category code, 0 to 15, of character `code`. The regime must be valid.
 * spec: CAT-20, CAT-21 */
uint32_t hlx_category_of(const hlx_regime *regime, uint32_t code);

#endif
