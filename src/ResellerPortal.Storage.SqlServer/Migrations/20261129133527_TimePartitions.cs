using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
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
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "ArchivedMonth",
                columns: table => new
                {
                    Kind = table.Column<string>(type: "nvarchar(10)", maxLength: 10, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Month = table.Column<DateOnly>(type: "date", nullable: false),
                    FileName = table.Column<string>(type: "nvarchar(40)", maxLength: 40, nullable: false, collation: "Latin1_General_100_BIN2"),
                    FileHash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    Entries = table.Column<long>(type: "bigint", nullable: false),
                    ArchivedAtUtc = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ArchivedMonth", x => new { x.Kind, x.Month });
                });

            migrationBuilder.CreateTable(
                name: "ArchivedRange",
                columns: table => new
                {
                    Kind = table.Column<string>(type: "nvarchar(10)", maxLength: 10, nullable: false, collation: "Latin1_General_100_BIN2"),
                    Chain = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    FirstSequence = table.Column<long>(type: "bigint", nullable: false),
                    LastSequence = table.Column<long>(type: "bigint", nullable: false),
                    PreviousHash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    LastHash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false),
                    LastOccurredAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    Month = table.Column<DateOnly>(type: "date", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ArchivedRange", x => new { x.Kind, x.Chain, x.FirstSequence });
                });

            migrationBuilder.CreateTable(
                name: "HistoryChain",
                columns: table => new
                {
                    Chain = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    CustomerId = table.Column<Guid>(type: "uniqueidentifier", nullable: true),
                    LastSequence = table.Column<long>(type: "bigint", nullable: false),
                    LastHash = table.Column<byte[]>(type: "varbinary(32)", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_HistoryChain", x => x.Chain);
                });

            // The draws may be changed this once. A batch is compiled before it runs, so that the new column needs one of its own.
            migrationBuilder.Sql("""
                EXEC(N'DISABLE TRIGGER [LotDraw_append_only] ON [LotDraw]');
                EXEC(N'UPDATE d SET d.[RecordedAtUtc] = e.[RecordedAtUtc] FROM [LotDraw] d JOIN [LedgerEntry] e
                    ON e.[ResellerId] = d.[ResellerId] AND e.[CustomerId] = d.[CustomerId] AND e.[Sequence] = d.[Sequence]');
                EXEC(N'ENABLE TRIGGER [LotDraw_append_only] ON [LotDraw]');
                """);
            migrationBuilder.Sql("""
                EXEC(N'INSERT INTO [HistoryChain] ([Chain], [ResellerId], [LastSequence], [LastHash])
                    SELECT a.[Chain], a.[ResellerId], a.[Sequence], a.[Hash] FROM [AuditEntry] a WHERE a.[Sequence] = (
                        SELECT max(b.[Sequence]) FROM [AuditEntry] b WHERE b.[Chain] = a.[Chain])');
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
