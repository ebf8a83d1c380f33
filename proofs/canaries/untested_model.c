/* Wrong: an operation on vectors is trusted that no test checks. */
#include "../../src/simd/scan_kernels.h"

#define BLOCK 16u
#define GROUP 4u
#define PLACES_BITS 32u
#define BIT_OF_PLACE(place) (place)
typedef uint32_t lane_set;
#include "../models/lanes.h"

/*@ terminates \true;
    assigns \nothing;
    ensures none: \result == BLOCK;
*/
uint32_t untested_model(void) {
    return first_place(0);
}
