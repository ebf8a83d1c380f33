/* Wrong: the contract lost the post-condition that matters; what is left is proved. The
 * pinned number of goals shows it. */
/*@ terminates \true;
    assigns \nothing;
    ensures small: \result <= 255;
*/
int emptied(int value) {
    return value % 256;
}
