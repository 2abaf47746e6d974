using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
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
                type: "nvarchar(max)",
                nullable: true);

            // A card was one rule for everything; it still is.
            migrationBuilder.Sql("EXEC(N'UPDATE [RateCard] SET [Terms] = N''{\"Rules\":[{\"Converters\":[],\"Price\":'' + [Markup] + N''}]}'' WHERE [Markup] IS NOT NULL')");

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
                type: "nvarchar(500)",
                maxLength: 500,
                nullable: true);
        }
    }
}
