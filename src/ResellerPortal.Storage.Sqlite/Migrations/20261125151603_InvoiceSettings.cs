using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
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
                type: "TEXT",
                maxLength: 11,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Account_Holder",
                table: "Reseller",
                type: "TEXT",
                maxLength: 70,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Account_Iban",
                table: "Reseller",
                type: "TEXT",
                maxLength: 34,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "ContactName",
                table: "Reseller",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "ContactPhone",
                table: "Reseller",
                type: "TEXT",
                maxLength: 40,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "CreditNotePattern",
                table: "Reseller",
                type: "TEXT",
                maxLength: 40,
                nullable: false,
                defaultValue: "CN-{yyyy}-{seq:0000}");

            migrationBuilder.AddColumn<string>(
                name: "Font",
                table: "Reseller",
                type: "TEXT",
                maxLength: 20,
                nullable: false,
                defaultValue: "Inter");

            migrationBuilder.AddColumn<string>(
                name: "Language",
                table: "Reseller",
                type: "TEXT",
                maxLength: 2,
                nullable: false,
                defaultValue: "en");

            migrationBuilder.AddColumn<string>(
                name: "LogoHash",
                table: "Reseller",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "PayLink",
                table: "Reseller",
                type: "TEXT",
                maxLength: 200,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<bool>(
                name: "PrintsCost",
                table: "Reseller",
                type: "INTEGER",
                nullable: false,
                defaultValue: false);

            migrationBuilder.AddColumn<string>(
                name: "Tokens",
                table: "InvoiceFigures",
                type: "TEXT",
                nullable: false,
                defaultValueSql: "'[]'");

            migrationBuilder.AddColumn<string>(
                name: "Language",
                table: "Invoice",
                type: "TEXT",
                maxLength: 2,
                nullable: false,
                defaultValue: "en");

            migrationBuilder.AddColumn<string>(
                name: "ElectronicProfile",
                table: "Customer",
                type: "TEXT",
                maxLength: 20,
                nullable: false,
                defaultValue: "Peppol");

            migrationBuilder.AddColumn<string>(
                name: "Language",
                table: "Customer",
                type: "TEXT",
                maxLength: 2,
                nullable: true);

            migrationBuilder.CreateTable(
                name: "Logo",
                columns: table => new
                {
                    Hash = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    ResellerId = table.Column<byte[]>(type: "BLOB", nullable: false),
                    Image = table.Column<byte[]>(type: "BLOB", nullable: false)
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
