using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class ElectronicAddresses : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "ElectronicAddress_Id",
                table: "Reseller",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "ElectronicAddress_Scheme",
                table: "Reseller",
                type: "TEXT",
                maxLength: 4,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Registration_Court",
                table: "Reseller",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Registration_LegalForm",
                table: "Reseller",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Registration_Number",
                table: "Reseller",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "Registration_TaxNumber",
                table: "Reseller",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "ElectronicAddress_Id",
                table: "Customer",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "ElectronicAddress_Scheme",
                table: "Customer",
                type: "TEXT",
                maxLength: 4,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "RegistrationNumber",
                table: "Customer",
                type: "TEXT",
                maxLength: 100,
                nullable: false,
                defaultValue: "");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "ElectronicAddress_Id",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "ElectronicAddress_Scheme",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "Registration_Court",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "Registration_LegalForm",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "Registration_Number",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "Registration_TaxNumber",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "ElectronicAddress_Id",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "ElectronicAddress_Scheme",
                table: "Customer");

            migrationBuilder.DropColumn(
                name: "RegistrationNumber",
                table: "Customer");
        }
    }
}
