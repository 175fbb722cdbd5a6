"""What Alembic runs for each command: on the connection that `store.migrating` gives it."""

from alembic import context

from store.tables import VERSION_TABLE, metadata

context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=metadata,
    version_table=VERSION_TABLE,
)
context.run_migrations()
