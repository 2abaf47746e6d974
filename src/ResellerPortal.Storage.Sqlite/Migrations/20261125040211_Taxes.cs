using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class Taxes : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AlterColumn<int>(
                name: "StandardTaxBasisPoints",
                table: "Reseller",
                type: "INTEGER",
                nullable: true,
                oldClrType: typeof(int),
                oldType: "INTEGER");

            migrationBuilder.AddColumn<string>(
                name: "TaxReason",
                table: "Invoice",
                type: "TEXT",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TaxReasonCode",
                table: "Invoice",
                type: "TEXT",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TaxExemptionReason",
                table: "Customer",
                type: "TEXT",
                maxLength: 200,
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "TaxReason",
                table: "Invoice");

            migrationBuilder.DropColumn(
                name: "TaxReasonCode",
                table: "Invoice");

            migrationBuilder.DropColumn(
                name: "TaxExemptionReason",
                table: "Customer");

            migrationBuilder.AlterColumn<int>(
                name: "StandardTaxBasisPoints",
                table: "Reseller",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0,
                oldClrType: typeof(int),
                oldType: "INTEGER",
                oldNullable: true);
        }
    }
}
