using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.PostgreSql.Migrations
{
    /// <inheritdoc />
    public partial class WorstCosts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<string>(
                name: "Converter",
                table: "UsageRollup",
                type: "character varying(100)",
                maxLength: 100,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(60)",
                oldMaxLength: 60);

            migrationBuilder.AlterColumn<string>(
                name: "SubjectName",
                table: "UsageAlert",
                type: "character varying(400)",
                maxLength: 400,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(200)",
                oldMaxLength: 200);

            migrationBuilder.AlterColumn<string>(
                name: "Converter",
                table: "Reservation",
                type: "character varying(100)",
                maxLength: 100,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(60)",
                oldMaxLength: 60);

            migrationBuilder.AddColumn<int>(
                name: "Files",
                table: "Reservation",
                type: "integer",
                nullable: false,
                defaultValue: 1);

            migrationBuilder.AlterColumn<string>(
                name: "Converter",
                table: "LedgerEntry",
                type: "character varying(100)",
                maxLength: 100,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(60)",
                oldMaxLength: 60);

            migrationBuilder.AlterColumn<string>(
                name: "CoveredConverter",
                table: "Customer",
                type: "character varying(100)",
                maxLength: 100,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "character varying(60)",
                oldMaxLength: 60,
                oldNullable: true);

            migrationBuilder.AddColumn<long>(
                name: "Reserved",
                table: "Customer",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AlterColumn<string>(
                name: "AllowedConverters",
                table: "ApiToken",
                type: "character varying(10100)",
                maxLength: 10100,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(4000)",
                oldMaxLength: 4000);

            migrationBuilder.AddColumn<long>(
                name: "Granted",
                table: "ApiToken",
                type: "bigint",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<Guid>(
                name: "IssuedByTokenId",
                table: "ApiToken",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "LimitPolicy",
                table: "ApiToken",
                type: "character varying(10)",
                maxLength: 10,
                nullable: false,
                defaultValue: "Strict");

            migrationBuilder.CreateTable(
                name: "ConverterCost",
                columns: table => new
                {
                    Converter = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    PerFile = table.Column<long>(type: "bigint", nullable: false),
                    PagesPerConversion = table.Column<long>(type: "bigint", nullable: true),
                    MegabytesPerConversion = table.Column<long>(type: "bigint", nullable: true),
                    CeilingPerRequest = table.Column<long>(type: "bigint", nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConverterCost", x => x.Converter);
                });

            migrationBuilder.CreateTable(
                name: "WorstCost",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Converter = table.Column<string>(type: "character varying(100)", maxLength: 100, nullable: false),
                    PerFile = table.Column<long>(type: "bigint", nullable: false),
                    PerRequest = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_WorstCost", x => new { x.ResellerId, x.Converter });
                });

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

            migrationBuilder.AlterColumn<string>(
                name: "Converter",
                table: "UsageRollup",
                type: "character varying(60)",
                maxLength: 60,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(100)",
                oldMaxLength: 100);

            migrationBuilder.AlterColumn<string>(
                name: "SubjectName",
                table: "UsageAlert",
                type: "character varying(200)",
                maxLength: 200,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(400)",
                oldMaxLength: 400);

            migrationBuilder.AlterColumn<string>(
                name: "Converter",
                table: "Reservation",
                type: "character varying(60)",
                maxLength: 60,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(100)",
                oldMaxLength: 100);

            migrationBuilder.AlterColumn<string>(
                name: "Converter",
                table: "LedgerEntry",
                type: "character varying(60)",
                maxLength: 60,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(100)",
                oldMaxLength: 100);

            migrationBuilder.AlterColumn<string>(
                name: "CoveredConverter",
                table: "Customer",
                type: "character varying(60)",
                maxLength: 60,
                nullable: true,
                oldClrType: typeof(string),
                oldType: "character varying(100)",
                oldMaxLength: 100,
                oldNullable: true);

            migrationBuilder.AlterColumn<string>(
                name: "AllowedConverters",
                table: "ApiToken",
                type: "character varying(4000)",
                maxLength: 4000,
                nullable: false,
                oldClrType: typeof(string),
                oldType: "character varying(10100)",
                oldMaxLength: 10100);

            migrationBuilder.CreateTable(
                name: "ConverterPeak",
                columns: table => new
                {
                    ResellerId = table.Column<Guid>(type: "uuid", nullable: false),
                    Converter = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Day = table.Column<DateOnly>(type: "date", nullable: false),
                    Highest = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConverterPeak", x => new { x.ResellerId, x.Converter, x.Day });
                });

            migrationBuilder.CreateTable(
                name: "ConverterReserve",
                columns: table => new
                {
                    Converter = table.Column<string>(type: "character varying(60)", maxLength: 60, nullable: false),
                    Quantity = table.Column<long>(type: "bigint", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_ConverterReserve", x => x.Converter);
                });
        }
    }
}
