/* Wrong: the claim is admitted, not proved. */
/*@ terminates \true;
    assigns \nothing;
    ensures even: \result % 2 == 0;
*/
int admitted(int value) {
    /*@ admit even: value % 2 == 0; */
    return value;
}
