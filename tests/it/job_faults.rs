//! What the generated jobs and scripts do when something breaks: a tool fails or is cut off, the disk is full, the store is
//! gone, two runs overlap, the process is killed at any moment. One file for each family of scripts, with the real tools
//! where Debian has them. The law of all tests here: never a good status after a failure, never an old copy gone before a
//! new one is verified, never a half-written file taken for whole, and the next run works.

mod dumps;
mod fence;
mod library;
mod loads;
mod mariadb;
mod pg_member;
mod pg_restores;
mod pg_roles;
mod physical;
mod postgresql;
mod redis;
mod replication;
mod restic;
mod restic_host;
mod restores;
