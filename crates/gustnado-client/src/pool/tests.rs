//! The pool's books, by connections that are none.
