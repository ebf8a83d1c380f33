/* numbers.h -- a counter that stops, and the earlier of two instants. */
#ifndef HLX_NUMBERS_H
#define HLX_NUMBERS_H

#include <stdint.h>

/* A counter of things without a bound stops rather than wraps. spec: BRK-42 */
/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures stops: \result == (counter < UINT64_MAX ? counter + 1 : UINT64_MAX);
*/
uint64_t hlx_counted(uint64_t counter);

/*@ terminates \true;
    exits \false;
    assigns \nothing;
    ensures minimum: \result == (a < b ? a : b);
*/
uint64_t hlx_earlier(uint64_t a, uint64_t b);

#endif
