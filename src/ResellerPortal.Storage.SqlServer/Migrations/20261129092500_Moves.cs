using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace ResellerPortal.Storage.SqlServer.Migrations
{
    /// <inheritdoc />
    public partial class Moves : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<long>(
                name: "MovedAtUtc",
                table: "Reseller",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "MovingSinceUtc",
                table: "Reseller",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "MovedAtUtc",
                table: "ApiToken",
                type: "bigint",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "MovingSinceUtc",
                table: "ApiToken",
                type: "bigint",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "MovedAtUtc",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "MovingSinceUtc",
                table: "Reseller");

            migrationBuilder.DropColumn(
                name: "MovedAtUtc",
                table: "ApiToken");

            migrationBuilder.DropColumn(
                name: "MovingSinceUtc",
                table: "ApiToken");
        }
    }
}
