using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.PostgreSql.Migrations
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
                type: "integer",
                nullable: true,
                oldClrType: typeof(int),
                oldType: "integer");

            migrationBuilder.AddColumn<string>(
                name: "TaxReason",
                table: "Invoice",
                type: "character varying(200)",
                maxLength: 200,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TaxReasonCode",
                table: "Invoice",
                type: "character varying(20)",
                maxLength: 20,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TaxExemptionReason",
                table: "Customer",
                type: "character varying(200)",
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
                type: "integer",
                nullable: false,
                defaultValue: 0,
                oldClrType: typeof(int),
                oldType: "integer",
                oldNullable: true);
        }
    }
}
