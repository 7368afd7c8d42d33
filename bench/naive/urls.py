from rest_framework.routers import DefaultRouter

from bench.naive.views import AuthorizationViewSet

router = DefaultRouter()
router.register("authorizations", AuthorizationViewSet)
urlpatterns = router.urls
