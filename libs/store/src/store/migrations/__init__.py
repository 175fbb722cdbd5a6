"""The way of a database to the tables of this release, by Alembic."""
