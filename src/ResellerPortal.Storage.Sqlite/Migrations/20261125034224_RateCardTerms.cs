using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.Sqlite.Migrations
{
    /// <inheritdoc />
    public partial class RateCardTerms : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "Terms",
                table: "RateCard",
                type: "TEXT",
                nullable: true);

            // A card was one rule for everything; it still is.
            migrationBuilder.Sql("UPDATE \"RateCard\" SET \"Terms\" = '{\"Rules\":[{\"Converters\":[],\"Price\":' || \"Markup\" || '}]}' WHERE \"Markup\" IS NOT NULL");

            migrationBuilder.DropColumn(
                name: "Markup",
                table: "RateCard");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "Terms",
                table: "RateCard");

            migrationBuilder.AddColumn<string>(
                name: "Markup",
                table: "RateCard",
                type: "TEXT",
                maxLength: 500,
                nullable: true);
        }
    }
}
