mod dialling;
mod documents;
mod keys_and_recordings;
mod scene;
mod simple_verbs;
