using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <summary>
    /// Protects the append-only tables again: SQLite changed their keys by copying each table, which drops its triggers, and it copies
    /// only after all other statements of a migration.
    /// </summary>
    public partial class TenantKeyProtection : Migration
    {
        /// <summary>Each append-only table's keys: a row that has any of them in common with a new one would be replaced by it.</summary>
        private static readonly (string Table, string[][] Keys)[] AppendOnlyTables =
        [
            ("LedgerEntry", [["ResellerId", "CustomerId", "Sequence"], ["RequestId", "ResellerId"]]),
            ("LotDraw", [["ResellerId", "CustomerId", "Sequence", "LotId"]]),
            ("LotAdjustment", [["rowid"], ["ResellerId", "Id"]]),
            ("BalanceTransaction", [["rowid"], ["ResellerId", "CustomerId", "Sequence"], ["ResellerId", "IdempotencyKey"]]),
            ("AuditEntry", [["rowid"], ["Chain", "Id"], ["Chain", "Sequence"]]),
        ];

        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            foreach (var (table, keys) in AppendOnlyTables)
            {
                if (table == "AuditEntry")
                {
                    migrationBuilder.Sql(Initial.AuditEntryUpdate);
                }
                else
                {
                    Initial.Refuse(migrationBuilder, table, "UPDATE");
                }

                Initial.Refuse(migrationBuilder, table, "DELETE");
                Outbox.RefuseReplacement(migrationBuilder, table, keys);
            }
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            foreach (var (table, _) in AppendOnlyTables)
            {
                foreach (var change in (string[])["update", "delete", "replace"])
                {
                    migrationBuilder.Sql($"DROP TRIGGER \"{table}_no_{change}\";");
                }
            }
        }
    }
}
