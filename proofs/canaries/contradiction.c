/* Wrong: no caller can meet the pre-conditions, so anything is proved. It takes a
 * solver to see it: a gate whose solvers do not work must not pass this. */
/*@ requires low: 2 * one < other;
    requires high: other < one + 1;
    requires positive: 1 <= one;
    terminates \true;
    assigns \nothing;
    ensures zero: \result == 0;
*/
int contradiction(int one, int other) {
    return other;
}
