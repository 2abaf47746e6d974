using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Currencies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "CurrencyRateVersion",
                table: "InvoiceFigures",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<long>(
                name: "RateNanos",
                table: "Invoice",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1000000000L);

            migrationBuilder.AddColumn<string>(
                name: "Currency",
                table: "Customer",
                type: "TEXT",
                maxLength: 3,
                nullable: false,
                defaultValue: "");

            // All were charged in their reseller's currency.
            migrationBuilder.Sql("UPDATE \"Customer\" SET \"Currency\" = (SELECT \"Reseller\".\"Currency\" FROM \"Reseller\" WHERE \"Reseller\".\"Id\" = \"Customer\".\"ResellerId\")");

            migrationBuilder.CreateTable(
                name: "CurrencyRate",
                columns: table => new
                {
                    Id = table.Column<byte[]>(type: "BLOB", nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Currency = table.Column<string>(type: "TEXT", maxLength: 3, nullable: false),
                    Version = table.Column<int>(type: "INTEGER", nullable: false),
                    EffectiveFrom = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    UnitsNanos = table.Column<long>(type: "INTEGER", nullable: false),
                    CreatedAtUtc = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_CurrencyRate", x => x.Id);
                });

            migrationBuilder.CreateIndex(
                name: "IX_CurrencyRate_ResellerId_Version",
                table: "CurrencyRate",
                columns: new[] { "ResellerId", "Version" },
                unique: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "CurrencyRate");

            migrationBuilder.DropColumn(
                name: "CurrencyRateVersion",
                table: "InvoiceFigures");

            migrationBuilder.DropColumn(
                name: "RateNanos",
                table: "Invoice");

            migrationBuilder.DropColumn(
                name: "Currency",
                table: "Customer");
        }
    }
}
