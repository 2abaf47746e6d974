using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class Balances : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Currency",
                table: "UsageAlert",
                type: "character varying(3)",
                maxLength: 3,
                nullable: true);

            migrationBuilder.AddColumn<int>(
                name: "BalanceAlertedPercent",
                table: "Customer",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<byte[]>(
                name: "BalanceHead",
                table: "Customer",
                type: "bytea",
                maxLength: 32,
                nullable: false,
                defaultValue: new byte[32]);

            migrationBuilder.AddColumn<long>(
                name: "BalanceMinorUnits",
                table: "Customer",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "BalanceSequence",
                table: "Customer",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "ConversionsCovered",
                table: "Customer",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "ConversionsTaken",
                table: "Customer",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<string>(
                name: "CoveredConverter",
                table: "Customer",
                type: "character varying(60)",
                maxLength: 60,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "CoveredUntilUtc",
                table: "Customer",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<bool>(
                name: "IsPrepaid",
                table: "Customer",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<bool>(
                name: "IsPrepaid",
                table: "ApiToken",
                type: "boolean",
                nullable: false,
                defaultValue: false);

            migrationBuilder.CreateTable(
                name: "BalanceEntry",
                columns: table => new
                {
                    CustomerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Sequence = table.Column<long>(type: "bigint", nullable: false),
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Kind = table.Column<string>(type: "character varying(20)", maxLength: 20, nullable: false),
                    AmountMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Currency = table.Column<string>(type: "character varying(3)", maxLength: 3, nullable: false),
                    BalanceMinorUnits = table.Column<long>(type: "bigint", nullable: false),
                    Day = table.Column<DateOnly>(type: "date", nullable: false),
                    InvoiceId = table.Column<Guid>(type: "uuid", nullable: true),
                    Reference = table.Column<string>(type: "character varying(140)", maxLength: 140, nullable: false),
                    RecordedAtUtc = table.Column<long>(type: "bigint", nullable: false),
                    IdempotencyKey = table.Column<Guid>(type: "uuid", nullable: false),
                    PreviousHash = table.Column<byte[]>(type: "bytea", nullable: false),
                    Hash = table.Column<byte[]>(type: "bytea", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_BalanceEntry", x => new { x.CustomerId, x.Sequence });
                });

            migrationBuilder.CreateIndex(
                name: "IX_BalanceEntry_InvoiceId",
                table: "BalanceEntry",
                column: "InvoiceId");

            migrationBuilder.CreateIndex(
                name: "IX_BalanceEntry_ResellerId_IdempotencyKey",
                table: "BalanceEntry",
                columns: new[] { "ResellerId", "IdempotencyKey" },
                unique: true);

            migrationBuilder.Sql(AppendOnly.Protect("BalanceEntry"));
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "BalanceEntry");

            migrationBuilder.DropColumn(
                name: "Currency",
                table: "UsageAlert");

            migrationBuilder.DropColumn(
                name: "BalanceAlertedPercent",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "BalanceHead",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "BalanceMinorUnits",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "BalanceSequence",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "ConversionsCovered",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "ConversionsTaken",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "CoveredConverter",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "CoveredUntilUtc",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "IsPrepaid",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "IsPrepaid",
                table: "ApiToken");
        }
    }
}
