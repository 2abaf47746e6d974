using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class WorstCosts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Files",
                table: "Reservation",
                type: "INTEGER",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AddColumn<long>(
                name: "Reserved",
                table: "Customer",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "Granted",
                table: "ApiToken",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<byte[]>(
                name: "IssuedByTokenId",
                table: "ApiToken",
                type: "BLOB",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "LimitPolicy",
                table: "ApiToken",
                type: "TEXT",
                maxLength: 10,
                nullable: false,
                defaultValue: "Strict");

            migrationBuilder.CreateTable(
                name: "ConverterCost",
                columns: table => new
                {
                    Converter = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    PerFile = table.Column<long>(type: "INTEGER", nullable: false),
                    PagesPerConversion = table.Column<long>(type: "INTEGER", nullable: true),
                    MegabytesPerConversion = table.Column<long>(type: "INTEGER", nullable: true),
                    CeilingPerRequest = table.Column<long>(type: "INTEGER", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConverterCost", x => x.Converter);
                });

            migrationBuilder.CreateTable(
                name: "WorstCost",
                columns: table => new
                {
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Converter = table.Column<string>(type: "TEXT", maxLength: 100, nullable: false),
                    PerFile = table.Column<long>(type: "INTEGER", nullable: false),
                    PerRequest = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WorstCost", x => new { x.ResellerId, x.Converter });
                })
                .Annotation("Portal:WithoutRowId", true);

            migrationBuilder.CreateIndex(
                name: "IX_ApiToken_IssuedByTokenId",
                table: "ApiToken",
                column: "IssuedByTokenId",
                filter: "\"IssuedByTokenId\" IS NOT NULL");

            migrationBuilder.Sql(
                """
                INSERT INTO "ConverterCost" ("Converter", "PerFile") SELECT "Converter", "Quantity" FROM "ConverterReserve";
                UPDATE "Customer" SET "Reserved" = COALESCE(
                    (SELECT SUM("Quantity") FROM "Reservation" WHERE "Reservation"."CustomerId" = "Customer"."Id"), 0);
                """);

            // The highest costs were those of a request, whatever its files, so they start anew.
            migrationBuilder.DropTable(
                name: "ConverterPeak");

            migrationBuilder.DropTable(
                name: "ConverterReserve");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "ConverterCost");

            migrationBuilder.DropTable(
                name: "WorstCost");

            migrationBuilder.DropIndex(
                name: "IX_ApiToken_IssuedByTokenId",
                table: "ApiToken");

            migrationBuilder.DropColumn(
                name: "Files",
                table: "Reservation");

            migrationBuilder.DropColumn(
                name: "Reserved",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "Granted",
                table: "ApiToken");

            migrationBuilder.DropColumn(
                name: "IssuedByTokenId",
                table: "ApiToken");

            migrationBuilder.DropColumn(
                name: "LimitPolicy",
                table: "ApiToken");

            migrationBuilder.CreateTable(
                name: "ConverterPeak",
                columns: table => new
                {
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Converter = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    Day = table.Column<DateOnly>(type: "TEXT", nullable: false),
                    Highest = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConverterPeak", x => new { x.ResellerId, x.Converter, x.Day });
                });

            migrationBuilder.CreateTable(
                name: "ConverterReserve",
                columns: table => new
                {
                    Converter = table.Column<string>(type: "TEXT", maxLength: 60, nullable: false),
                    Quantity = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConverterReserve", x => x.Converter);
                });
        }
    }
}
