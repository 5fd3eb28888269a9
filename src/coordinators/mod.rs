//! コーディネーターと担当: who takes the next case, and why.
