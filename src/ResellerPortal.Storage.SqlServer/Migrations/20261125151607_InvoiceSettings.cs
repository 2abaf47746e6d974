using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class InvoiceSettings : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Account_Bic",
                table: "Reseller",
                type: "nvarchar(11)",
                maxLength: 11,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Account_Holder",
                table: "Reseller",
                type: "nvarchar(70)",
                maxLength: 70,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Account_Iban",
                table: "Reseller",
                type: "nvarchar(34)",
                maxLength: 34,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "ContactName",
                table: "Reseller",
                type: "nvarchar(100)",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "ContactPhone",
                table: "Reseller",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "CreditNotePattern",
                table: "Reseller",
                type: "nvarchar(40)",
                maxLength: 40,
                nullable: false,
                defaultValue: "CN-{yyyy}-{seq:0000}");

            migrationBuilder.AddColumn<string>(
                name: "Font",
                table: "Reseller",
                type: "nvarchar(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: "Inter");

            migrationBuilder.AddColumn<string>(
                name: "Language",
                table: "Reseller",
                type: "nvarchar(2)",
                maxLength: 2,
                nullable: false,
                defaultValue: "en");

            migrationBuilder.AddColumn<string>(
                name: "LogoHash",
                table: "Reseller",
                type: "nvarchar(64)",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PayLink",
                table: "Reseller",
                type: "nvarchar(200)",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "PrintsCost",
                table: "Reseller",
                type: "bit",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Tokens",
                table: "InvoiceFigures",
                type: "nvarchar(max)",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<string>(
                name: "Language",
                table: "Invoice",
                type: "nvarchar(2)",
                maxLength: 2,
                nullable: false,
                defaultValue: "en");

            migrationBuilder.AddColumn<string>(
                name: "ElectronicProfile",
                table: "Customer",
                type: "nvarchar(20)",
                maxLength: 20,
                nullable: false,
                defaultValue: "Peppol");

            migrationBuilder.AddColumn<string>(
                name: "Language",
                table: "Customer",
                type: "nvarchar(2)",
                maxLength: 2,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Logo",
                columns: table => new
                {
                    Hash = table.Column<string>(type: "nvarchar(64)", maxLength: 64, nullable: false),
                    ResellerId = table.Column<Guid>(type: "uniqueidentifier", nullable: false),
                    Image = table.Column<byte[]>(type: "varbinary(max)", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("PK_Logo", x => new { x.ResellerId, x.Hash });
                });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "Logo");

            migrationBuilder.DropColumn(
                name: "Account_Bic",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "Account_Holder",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "Account_Iban",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "ContactName",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "ContactPhone",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "CreditNotePattern",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "Font",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "Language",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "LogoHash",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "PayLink",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "PrintsCost",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "Tokens",
                table: "InvoiceFigures");

            migrationBuilder.DropColumn(
                name: "Language",
                table: "Invoice");

            migrationBuilder.DropColumn(
                name: "ElectronicProfile",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "Language",
                table: "Customer");
        }
    }
}
