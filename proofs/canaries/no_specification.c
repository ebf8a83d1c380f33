/* Wrong: the callee has no body and no contract, so its effect is guessed. */
int outside(int value);

/*@ terminates \true;
    assigns \nothing;
    ensures unchanged: \result == value;
*/
int guess(int value) {
    outside(value);
    return value;
}
