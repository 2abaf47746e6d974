using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class TimePartitions : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "RecordedAtUtc",
                table: "LotDraw",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "ArchivedMonth",
                columns: table => new
                {
                    Kind = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    Month = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    FileName = table.Column<string>(type: "TEXT", maxLength: 40, nullable: false),
                    FileHash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    Entries = table.Column<long>(type: "INTEGER", nullable: false),
                    ArchivedAtUtc = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ArchivedMonth", x => new { x.Kind, x.Month });
                });

            migrationBuilder.CreateTable(
                name: "ArchivedRange",
                columns: table => new
                {
                    Kind = table.Column<string>(type: "TEXT", maxLength: 10, nullable: false),
                    Chain = table.Column<byte[]>(type: "BLOB", nullable: false),
                    FirstSequence = table.Column<long>(type: "INTEGER", nullable: false),
                    LastSequence = table.Column<long>(type: "INTEGER", nullable: false),
                    PreviousHash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    LastHash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    LastOccurredAtUtc = table.Column<long>(type: "INTEGER", nullable: false),
                    Month = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: true),
                    CustomerId = table.Column<byte[]>(type: "BLOB", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ArchivedRange", x => new { x.Kind, x.Chain, x.FirstSequence });
                });

            migrationBuilder.CreateTable(
                name: "HistoryChain",
                columns: table => new
                {
                    Chain = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: true),
                    CustomerId = table.Column<byte[]>(type: "BLOB", nullable: true),
                    LastSequence = table.Column<long>(type: "INTEGER", nullable: false),
                    LastHash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_HistoryChain", x => x.Chain);
                });

            // The draws may be changed this once.
            migrationBuilder.Sql("DROP TRIGGER \"LotDraw_no_update\";");
            migrationBuilder.Sql("""
                UPDATE "LotDraw" SET "RecordedAtUtc" = (SELECT e."RecordedAtUtc" FROM "LedgerEntry" e
                    WHERE e."ResellerId" = "LotDraw"."ResellerId" AND e."CustomerId" = "LotDraw"."CustomerId"
                        AND e."Sequence" = "LotDraw"."Sequence");
                """);
            Initial.Refuse(migrationBuilder, "LotDraw", "UPDATE");
            migrationBuilder.Sql("""
                INSERT INTO "HistoryChain" ("Chain", "ResellerId", "LastSequence", "LastHash")
                SELECT "Chain", "ResellerId", "Sequence", "Hash" FROM "AuditEntry" a WHERE "Sequence" = (
                    SELECT max(b."Sequence") FROM "AuditEntry" b WHERE b."Chain" = a."Chain");
                """);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ArchivedMonth");

            migrationBuilder.DropTable(
                name: "ArchivedRange");

            migrationBuilder.DropTable(
                name: "HistoryChain");

            migrationBuilder.DropColumn(
                name: "RecordedAtUtc",
                table: "LotDraw");
        }
    }
}
