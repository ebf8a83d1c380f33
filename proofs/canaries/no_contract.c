/* Wrong: the function lost its contract. */
int no_contract(int value) {
    return value;
}
