/* Wrong: off by one. */
/*@ requires small: value < 100;
    terminates \true;
    assigns \nothing;
    ensures next: \result == value + 1;
*/
int next(int value) {
    return value + 2;
}
